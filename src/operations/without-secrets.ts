const SECRET_NAME = /^(password|credential|secret|token|sealed|digest)$/i;

/** A copy of plain JSON in which every text under a secret's name is `[secret]`; `undefined` becomes null. */
export function withoutSecrets(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object") return typeof value === "bigint" ? value.toString() : value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([name, entry]) => [
        name,
        SECRET_NAME.test(name) && typeof entry === "string" ? "[secret]" : withoutSecrets(entry),
      ]),
  );
}
