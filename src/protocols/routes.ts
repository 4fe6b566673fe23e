import type { OperationName, ProtocolId } from "@/core/vocabulary";

/** M: metered, R: rate only, L: local (protocols-and-pricing.md 1.2). */
type RouteClass = "M" | "R" | "L";

/** One row of the only route table; a path that is not in it is 404 `endpoint_not_supported`. */
export type Route = {
  readonly class: RouteClass;
  readonly method: "GET" | "POST";
  /** Canonical path after normalisation; a trailing `/*` stands for a model id, which may hold slashes. */
  readonly path: string;
  readonly operation: OperationName;
  /** null: chosen by headers (the models list, usage). */
  readonly protocol: ProtocolId | null;
};

/** The routes of this release. */
export const ROUTES: readonly Route[] = [
  { class: "M", method: "POST", path: "/v1/chat/completions", operation: "chat", protocol: "openai-chat" },
  { class: "M", method: "POST", path: "/v1/messages", operation: "message", protocol: "anthropic-messages" },
  { class: "L", method: "GET", path: "/v1/models", operation: "models", protocol: null },
  { class: "L", method: "GET", path: "/v1/models/*", operation: "models", protocol: null },
  { class: "L", method: "GET", path: "/v1/usage", operation: "usage", protocol: null },
];
