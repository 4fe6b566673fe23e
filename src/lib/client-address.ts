/**
 * Header in which our own server tells pages and routes the caller's address (A10: forwarded addresses count from trusted proxies only).
 * The server overwrites it on every request, so a client cannot choose it.
 */
export const CLIENT_ADDRESS_HEADER = "x-sluice-client-address";

/** The caller's address as our server saw it; null on hosts that do not tell. */
export function clientAddress(headers: Headers): string | null {
  const address = headers.get(CLIENT_ADDRESS_HEADER)?.trim() ?? "";
  return address === "" ? null : address;
}
