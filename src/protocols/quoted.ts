const MAX_NAME = 64;

/** A name or value from outside in double quotes, cut to 64 characters and cleaned (protocols-and-pricing.md 3.3). */
export function quoted(value: string | number | boolean): string {
  const characters = [...String(value).replace(/[\p{Cc}"]/gu, " ")];
  return `"${characters.length > MAX_NAME ? `${characters.slice(0, MAX_NAME - 1).join("")}…` : characters.join("")}"`;
}
