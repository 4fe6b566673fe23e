import { cookiePrefix, signInCookie } from "@/core/access/sign-in-cookies";
import { AppError } from "@/core/errors";
import { PRIVATE_HEADERS } from "@/lib/problem-json";
import { SIGN_IN_LIFE } from "./sign-in-life";

type Kind = "account" | "key";

/** The answer to a sign-in to an account: the cookies of the library and no word of who it was. Any refusal is the same `sign_in_failed`. */
export function signedIn(reply: Response, isSecure: boolean): Response {
  if (!reply.ok) throw new AppError(reply.status >= 500 ? "database_unavailable" : "sign_in_failed");
  return answer([...reply.headers.getSetCookie(), ...cleared("key", isSecure)]);
}

/** The answer to a sign-in with a key: its cookie, and none of an account, so that a browser has one sign-in at a time. */
export function signedInWithKey(cookie: string, isSecure: boolean): Response {
  const life = `Max-Age=${SIGN_IN_LIFE.absoluteMs / 1000}`;
  return answer([written(signInCookie("key", isSecure), cookie, life), ...cleared("account", isSecure)]);
}

/** The answer to a sign-out: the cookies are gone, whether there was a sign-in or not. */
export function signedOut(reply: Response, isSecure: boolean): Response {
  if (reply.status >= 500) throw new AppError("database_unavailable");
  return answer([...reply.headers.getSetCookie(), ...cleared("key", isSecure)]);
}

function answer(cookies: readonly string[]): Response {
  const headers = new Headers({ ...PRIVATE_HEADERS, "content-type": "application/json" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response('{"ok":true}', { status: 200, headers });
}

/** Over https the cookie of plain http goes too: a browser sends it along. */
function cleared(kind: Kind, isSecure: boolean): readonly string[] {
  const names = isSecure ? [signInCookie(kind, true), signInCookie(kind, false)] : [signInCookie(kind, false)];
  return names.map((name) => written(name, "", "Max-Age=0"));
}

/** Not for scripts, not for other sites (SEC37); with the prefix of https it must be Secure. */
function written(name: string, value: string, life: string): string {
  const secure = name.startsWith(cookiePrefix(true)) ? "; Secure" : "";
  return `${name}=${value}; ${life}; Path=/; HttpOnly${secure}; SameSite=Lax`;
}
