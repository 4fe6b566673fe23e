/** Names the variables that an export refers to: `SLUICE_CHANNEL_OPENAI_MAIN_CREDENTIAL`. No two calls get the same name. */
export type ReferenceNames = (kind: "CHANNEL" | "KEY" | "USER", names: readonly string[], what: string) => string;

/** Names for one export; names that differ in other characters than letters and digits are told apart by a number. */
export function referenceNames(): ReferenceNames {
  const taken = new Set<string>();
  return (kind, names, what) => {
    const words = names.map((name) =>
      name
        .normalize("NFKD")
        .toUpperCase()
        .replaceAll(/[^A-Z0-9]+/g, "_"),
    );
    const stem = ["SLUICE", kind, ...words.map((word) => word.replaceAll(/^_|_$/g, "")), what]
      .filter((word) => word !== "")
      .join("_");
    let name = stem;
    for (let number = 2; taken.has(name); number++) name = `${stem}_${number}`;
    taken.add(name);
    return `env:${name}`;
  };
}
