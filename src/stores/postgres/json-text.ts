const SUSPECT = /\\u0000|\\ud[89a-f][0-9a-f]{2}/i;

function cleaned(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("\u0000", "\uFFFD").toWellFormed();
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [cleaned(name), cleaned(part)]));
}

/**
 * JSON that jsonb accepts: NUL and halves of surrogate pairs, which clients can send and PostgreSQL refuses, become U+FFFD.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return SUSPECT.test(text) ? JSON.stringify(cleaned(value)) : text;
}
