import { AppError } from "@/core/errors";
import { PRIVATE_HEADERS } from "@/lib/problem-json";

/** The answer to a sign-in: the cookies of the library and no word of who it was. Any refusal is the same `sign_in_failed`. */
export function signedIn(reply: Response): Response {
  if (!reply.ok) throw new AppError(reply.status >= 500 ? "database_unavailable" : "sign_in_failed");
  return withCookies(reply);
}

/** The answer to a sign-out: the cookies are gone, whether there was a sign-in or not. */
export function signedOut(reply: Response): Response {
  if (reply.status >= 500) throw new AppError("database_unavailable");
  return withCookies(reply);
}

function withCookies(reply: Response): Response {
  const headers = new Headers({ ...PRIVATE_HEADERS, "content-type": "application/json" });
  for (const cookie of reply.headers.getSetCookie()) headers.append("set-cookie", cookie);
  return new Response('{"ok":true}', { status: 200, headers });
}
