import { AppError } from "@/core/errors";

const VERSIONS: ReadonlySet<string> = new Set(["v1", "v1beta"]);

/** Paths that clients with a base URL without version call; a POST to one gains `/v1` (protocols-and-pricing.md 1.1). */
const WITHOUT_VERSION: ReadonlySet<string> = new Set([
  "/chat/completions",
  "/completions",
  "/responses",
  "/responses/compact",
  "/embeddings",
  "/messages",
  "/messages/count_tokens",
]);

/**
 * The canonical form of a request's path, percent-decoded, by rule and never by redirect (protocols-and-pricing.md 1.1).
 * @param path as received, without the query
 * @throws `invalid_path` for a broken escape; `endpoint_not_supported` for `.`, `..` or an encoded slash outside a model's name
 */
export function normalisePath(method: string, path: string): string {
  const parts = path.split("/").filter((part) => part !== "");
  const raw = parts.slice(versionRun(parts));
  const version = parts[versionRun(parts) - 1];
  const segments = raw.map((part, index) => decodeSegment(part, path, index > 0 && raw[0] === "models"));
  const rest = `/${segments.join("/")}`;
  if (version === undefined) return withVersion(method, rest);
  return segments.length === 0 ? `/${version}` : `/${version}${rest}`;
}

/** True when a path belongs to the gateway, however it is spelled: checked before any other router sees it. */
export function isGatewayPath(method: string, path: string): boolean {
  if (path.startsWith("/v1/")) return true;
  const parts = path.split("/").filter((part) => part !== "");
  if (VERSIONS.has(parts[0] ?? "")) return true;
  const merged = `/${parts.join("/")}`;
  return withVersion(method, merged) !== merged;
}

/** The version that a path is of, `v1` or `v1beta`, however it is spelled; null: of none. */
export function versionOf(path: string): string | null {
  const parts = path.split("/").filter((part) => part !== "");
  return parts[versionRun(parts) - 1] ?? null;
}

/** Length of the leading run of version segments. */
function versionRun(parts: readonly string[]): number {
  let length = 0;
  while (VERSIONS.has(parts[length] ?? "")) length++;
  return length;
}

const METHOD_CALL = /^\/models\/.+:[A-Za-z]+$/;

function withVersion(method: string, path: string): string {
  const isKnown = WITHOUT_VERSION.has(path) || METHOD_CALL.test(path);
  return method === "POST" && isKnown ? `/v1${path}` : path;
}

function decodeSegment(part: string, path: string, isModel: boolean): string {
  const segment = part.includes("%") ? decodeOnce(part, path) : part;
  const isUnsafe = segment === "." || segment === ".." || (!isModel && segment.includes("/"));
  if (isUnsafe) throw new AppError("endpoint_not_supported", { path });
  return segment;
}

function decodeOnce(part: string, path: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new AppError("invalid_path", { path }, { cause });
  }
}
