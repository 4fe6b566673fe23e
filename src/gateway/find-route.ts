import { AppError } from "@/core/errors";
import type { GatewayRequest } from "@/protocols/exchange";
import { normalisePath } from "@/protocols/normalise-path";
import { ROUTES, type Route } from "@/protocols/routes";

/** What a request's line asks for. */
export type FoundRoute =
  /** A row of the route table; `model` stands behind `/models/`. `withoutBody` for HEAD. */
  | { readonly kind: "route"; readonly route: Route; readonly model: string | null; readonly withoutBody: boolean }
  /** Answered without a body and without a key: `HEAD /`, `OPTIONS`. */
  | { readonly kind: "empty"; readonly status: 200 | 204; readonly headers: Readonly<Record<string, string>> };

const WILDCARD = "/*";
const EXACT = new Map(ROUTES.filter(({ path }) => !path.endsWith(WILDCARD)).map((route) => [route.path, route]));
const PREFIXES = ROUTES.filter(({ path }) => path.endsWith(WILDCARD)).map(
  (route) => [route.path.slice(0, -1), route] as const,
);

/**
 * Matches a request against the route table, on its path alone (protocols-and-pricing.md 1.1).
 * Throws invalid_path, endpoint_not_supported, method_not_allowed (`allow`), websocket_not_supported.
 */
export function findRoute(request: Pick<GatewayRequest, "method" | "path" | "headers">): FoundRoute {
  const { method, path, headers } = request;
  if (headers.upgrade?.toLowerCase() === "websocket") throw new AppError("websocket_not_supported");
  const direct = EXACT.get(path);
  if (direct?.method === method) return { kind: "route", route: direct, model: null, withoutBody: false };
  if (method === "HEAD" && path === "/") return { kind: "empty", status: 200, headers: {} };
  const normalised = normalisePath(method, path);
  const route = EXACT.get(normalised.path) ?? PREFIXES.find(([prefix]) => normalised.path.startsWith(prefix))?.[1];
  if (route === undefined) throw new AppError("endpoint_not_supported", { path: path.slice(0, 200) });
  const allow = route.method === "GET" ? "GET, HEAD, OPTIONS" : `${route.method}, OPTIONS`;
  if (method === "OPTIONS") return { kind: "empty", status: 204, headers: { allow } };
  if (method !== route.method && !(method === "HEAD" && route.method === "GET"))
    throw new AppError("method_not_allowed", { allow });
  return { kind: "route", route, model: normalised.model, withoutBody: method === "HEAD" };
}
