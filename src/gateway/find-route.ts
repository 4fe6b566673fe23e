import { AppError } from "@/core/errors";
import type { GatewayRequest } from "@/protocols/exchange";
import { normalisePath } from "@/protocols/normalise-path";
import { type PathNames, ROUTES, type Route } from "@/protocols/routes";

/** What a request's line asks for. */
export type FoundRoute =
  /** A row of the route table. `withoutBody` for HEAD. */
  | { readonly kind: "route"; readonly route: Route; readonly names: PathNames; readonly withoutBody: boolean }
  /** Answered without a body and without a key: `HEAD /`, `OPTIONS`. */
  | { readonly kind: "empty"; readonly status: 200 | 204; readonly headers: Readonly<Record<string, string>> };

type Match = { readonly route: Route; readonly names: PathNames };

const NOTHING_NAMED: PathNames = { model: null, responseId: null };
const isTemplate = ({ path }: Route): boolean => path.includes("{");
const EXACT = new Map(
  [
    ...Map.groupBy(
      ROUTES.filter((route) => !isTemplate(route)),
      ({ path }) => path,
    ),
  ].map(([path, routes]) => [path, routes.map((route): Match => ({ route, names: NOTHING_NAMED }))] as const),
);
const TEMPLATES = ROUTES.filter(isTemplate).map((route) => [patternOf(route.path), route] as const);

/**
 * Matches a request against the route table, on its path alone (protocols-and-pricing.md 1.1).
 * Throws invalid_path, endpoint_not_supported, method_not_allowed (`allow`), websocket_not_supported.
 */
export function findRoute(request: Pick<GatewayRequest, "method" | "path" | "headers">): FoundRoute {
  const { method, path, headers } = request;
  if (headers.upgrade?.toLowerCase() === "websocket") throw new AppError("websocket_not_supported");
  const direct = EXACT.get(path)?.find(({ route }) => route.method === method);
  if (direct !== undefined) return { kind: "route", ...direct, withoutBody: false };
  if (method === "HEAD" && path === "/") return { kind: "empty", status: 200, headers: {} };
  const matches = matchesOf(normalisePath(method, path), method);
  if (matches.length === 0) throw new AppError("endpoint_not_supported", { path: path.slice(0, 200) });
  const allow = allowOf(matches);
  if (method === "OPTIONS") return { kind: "empty", status: 204, headers: { allow } };
  const wanted = method === "HEAD" ? "GET" : method;
  const found = matches.find(({ route }) => route.method === wanted);
  if (found === undefined) throw new AppError("method_not_allowed", { allow });
  return { kind: "route", ...found, withoutBody: method === "HEAD" };
}

/** All rows of a path. A POST to `/models/x:method` asks for a method: that a model could be named so does not make it a known path. */
function matchesOf(path: string, method: string): readonly Match[] {
  const exact = EXACT.get(path);
  if (exact !== undefined) return exact;
  const matches = TEMPLATES.flatMap(([pattern, route]): Match[] => {
    const groups = pattern.exec(path)?.groups;
    return groups === undefined ? [] : [{ route, names: namesOf(groups) }];
  });
  const isMethodCall = method !== "GET" && method !== "HEAD" && /\/models\/.*:[A-Za-z]+$/.test(path);
  return isMethodCall ? matches.filter(({ route }) => route.method !== "GET") : matches;
}

function namesOf({ model, id }: Readonly<Record<string, string>>): PathNames {
  return { model: model ?? null, responseId: id ?? null };
}

function allowOf(matches: readonly Match[]): string {
  const methods = matches.flatMap(({ route }) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
  return [...new Set(methods), "OPTIONS"].join(", ");
}

/**
 * `{model}` takes as much as it can, so that a path is split at its last colon. A prefix is cut once: a name with another one would be one name
 * here and another one upstream.
 */
function patternOf(template: string): RegExp {
  const source = template.replace("{model}", "(?:models/)?(?!models/)(?<model>.+)").replace("{id}", "(?<id>[^/]+)");
  return new RegExp(`^${source}$`, "s");
}
