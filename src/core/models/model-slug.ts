const MAX_LENGTH = 60;

/** The part of a slug that a name gives: lower-case Latin letters and digits, other runs as one `-`; `group` when nothing is left. */
export function slugBase(name: string): string {
  const plain = name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const dashed = plain.replaceAll(/[^a-z0-9]+/g, "-").slice(0, MAX_LENGTH);
  return dashed.replaceAll(/^-+|-+$/g, "") || "group";
}

/** The slug of a new name: its base, or with the lowest number from 2 that nobody has. */
export function freeSlug(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number++;
  return `${base}-${number}`;
}
