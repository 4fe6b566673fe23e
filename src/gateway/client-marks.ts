const HEADER_FAMILY = "x-claude-code-";
const SESSION = "session_id";
/** Longer marks are cut, further ones dropped: they are kept with every request. */
const MAX_LENGTH = 256;
const MAX_MARKS = 12;

/**
 * What a client says of itself, for attribution in `requests`: headers `x-claude-code-*` and `session_id`, then fields of its body
 * (protocols-and-pricing.md 2.2). Read only: what is sent upstream stays as it is. Undefined: it says nothing.
 * @param headers names in lower case
 * @param fields `marks` of the call
 */
export function clientMarks(
  headers: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  const marks: [string, string][] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value && (name === SESSION || name.startsWith(HEADER_FAMILY))) marks.push([name, value]);
  }
  if (fields !== undefined) marks.push(...Object.entries(fields));
  if (marks.length === 0) return undefined;
  return Object.fromEntries(marks.slice(0, MAX_MARKS).map(([name, value]) => [name.slice(0, 64), cut(value)]));
}

/** Half a surrogate pair, and the character 0, are no text that a database takes. */
function cut(value: string): string {
  return value
    .slice(0, MAX_LENGTH)
    .toWellFormed()
    .replace(/\p{Cc}/gu, " ");
}
