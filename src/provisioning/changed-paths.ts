/** What steps or is derived with every write, and says nothing of who wanted what. */
const ACCIDENTAL: ReadonlySet<string> = new Set([
  ...["version", "createdAt", "updatedAt", "managedBy", "credentialChanged", "lastUsedAt", "state"],
]);

/** The fields of two plain objects that differ, nested ones as `timeouts.idleMs`; lists are compared whole. */
export function changedPaths(before: unknown, after: unknown): ReadonlySet<string> {
  return new Set(differences(before, after, ""));
}

function differences(before: unknown, after: unknown, path: string): readonly string[] {
  if (!isPlain(before) || !isPlain(after)) return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    if (path === "" && ACCIDENTAL.has(name)) return [];
    return differences(before[name], after[name], path === "" ? name : `${path}.${name}`);
  });
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
