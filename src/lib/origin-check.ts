/**
 * True when a state change was asked for by a page of ours (reliability-and-security.md SEC38): the browser says so itself, or the
 * Origin is the host that was asked or the public one. Neither header: false, since browsers send at least one.
 */
export function isSameOrigin(headers: Headers, publicUrl: string | null): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = headers.get("origin");
  if (origin === null || !URL.canParse(origin)) return false;
  const { host } = new URL(origin);
  return host === headers.get("host") || (publicUrl !== null && host === new URL(publicUrl).host);
}

/** True for the public host, loopback names and IP literals: other names may be rebound to us (SEC31). Without a public URL too. */
export function isHostAllowed(host: string | null, publicUrl: string | null): boolean {
  if (host === null || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  if (hostname === "localhost" || hostname.endsWith(".localhost")) return true;
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(hostname) || hostname.startsWith("[")) return true;
  return publicUrl !== null && hostname === new URL(publicUrl).hostname;
}
