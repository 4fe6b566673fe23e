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
  return acceptableJson(JSON.stringify(value));
}

/** The same for a JSON text. Nearly every text is as good as it is, and most have no escape at all. */
export function acceptableJson(text: string): string {
  return text.includes("\\u") && SUSPECT.test(text) ? JSON.stringify(cleaned(JSON.parse(text))) : text;
}
