const STORE_KEY = "sluice.setup-token";

/** The token of the printed link (its fragment reaches no server log) or of an earlier visit in this tab; null without one. */
export function readToken(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
  return token ?? window.sessionStorage.getItem(STORE_KEY);
}

/** Keeps an accepted token for a reload of this tab and takes it out of the address bar. */
export function keepToken(token: string): void {
  window.sessionStorage.setItem(STORE_KEY, token);
  if (window.location.hash !== "") window.history.replaceState(null, "", window.location.pathname);
}

/** Forgets the token. */
export function dropToken(): void {
  window.sessionStorage.removeItem(STORE_KEY);
}
