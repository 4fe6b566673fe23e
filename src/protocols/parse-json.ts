/** A JSON text as a value; undefined when it is malformed. For small texts of an upstream, which nobody has checked. */
export function parseJson(json: Uint8Array): unknown {
  try {
    const bytes = Buffer.isBuffer(json) ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength);
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

/** A JSON object as a record. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Narrows to a JSON object. */
export function isJsonRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member of a record that is an object itself; an empty record otherwise. */
export function recordAt(record: JsonRecord, key: string): JsonRecord {
  const value = record[key];
  return isJsonRecord(value) ? value : {};
}

/** A member that is text; null otherwise. */
export function textAt(record: JsonRecord, key: string): string | null {
  const value = record[key];
  return typeof value === "string" ? value : null;
}
