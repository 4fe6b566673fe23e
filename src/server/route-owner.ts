/** Who answers a request: the engine, a probe, Next, or nobody in this process role. */
export type RouteOwner = "gateway" | "probe" | "console" | "none";

/** What decides the owner. */
export type RouteAsk = {
  readonly method: string;
  /** Path without the query, as received. */
  readonly path: string;
  readonly role: "all" | "gateway" | "console";
  /** The path belongs to `/v1`, however it is spelled (protocols-and-pricing.md 1.1). */
  readonly isGatewayPath: boolean;
};

const PROBES: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

/** The owner of a request. `HEAD /` is answered by the engine: command-line clients ask it before their first call. */
export function routeOwner({ method, path, role, isGatewayPath }: RouteAsk): RouteOwner {
  if (PROBES.has(path)) return "probe";
  if (isGatewayPath || (method === "HEAD" && path === "/")) return role === "console" ? "none" : "gateway";
  return role === "gateway" ? "gateway" : "console";
}
