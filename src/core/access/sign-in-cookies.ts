const ACCOUNT = "session_token";
const KEY = "key_session_token";
const SECURE = "__Host-sluice";
const PLAIN = "sluice";

/** What the names of our cookies begin with: over https they are bound to the host. */
export function cookiePrefix(isSecure: boolean): string {
  return isSecure ? SECURE : PLAIN;
}

/** Name of the cookie of a sign-in: to an account, or with a key. */
export function signInCookie(kind: "account" | "key", isSecure: boolean): string {
  return `${cookiePrefix(isSecure)}.${kind === "account" ? ACCOUNT : KEY}`;
}

/** The value of a cookie in a Cookie header; null without one. */
export function readCookie(header: string | null, name: string): string | null {
  for (const part of (header ?? "").split(";")) {
    const [given = "", ...value] = part.split("=");
    if (given.trim() === name) return value.join("=").trim();
  }
  return null;
}

/** The kinds of sign-in that a Cookie header carries: none, one, or both. */
export function signInsOf(header: string | null): readonly ("account" | "key")[] {
  return (["account", "key"] as const).filter((kind) =>
    [true, false].some((isSecure) => (readCookie(header, signInCookie(kind, isSecure)) ?? "") !== ""),
  );
}
