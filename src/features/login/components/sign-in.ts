/** How a try to sign in ended. `retryAfterSeconds`: when the lock opens. */
export type SignInResult =
  | { readonly kind: "ok" }
  | { readonly kind: "wrong" }
  | { readonly kind: "locked"; readonly retryAfterSeconds: number }
  | { readonly kind: "down" };

const DEFAULT_LOCK_SECONDS = 60;

function lockSeconds(headers: Headers): number {
  const seconds = Number(headers.get("retry-after") ?? headers.get("x-retry-after"));
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : DEFAULT_LOCK_SECONDS;
}

/** Signs in with email and password. Never throws: an unreachable server is a result. */
export async function signIn(email: string, password: string): Promise<SignInResult> {
  const response = await fetch("/api/auth/sign-in/email", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  }).catch(() => null);
  if (response === null || response.status >= 500) return { kind: "down" };
  if (response.ok) return { kind: "ok" };
  if (response.status === 429) return { kind: "locked", retryAfterSeconds: lockSeconds(response.headers) };
  return { kind: "wrong" };
}
