/**
 * An upstream's base URL in stored form: origin and path without trailing slash and without a trailing version (`/v1`, `/v1beta`).
 * Null unless it is an absolute http(s) URL without user info, query, fragment, backslash or control character.
 */
export function normaliseBaseUrl(given: string): string | null {
  const trimmed = given.trim();
  if (!/^https?:\/\/[^/?#]/i.test(trimmed) || /[?#\\\s\p{Cc}]/u.test(trimmed) || trimmed.length > 2048) return null;
  if (!URL.canParse(trimmed)) return null;
  const url = new URL(trimmed);
  const authority = trimmed.slice(trimmed.indexOf("//") + 2).split("/", 1)[0] ?? "";
  if (authority.includes("@") || url.hostname === "") return null;
  const path = url.pathname
    .replace(/\/+$/, "")
    .replace(/\/v1(?:beta)?$/, "")
    .replace(/\/+$/, "");
  return url.origin + path;
}
