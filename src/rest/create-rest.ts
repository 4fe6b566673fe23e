import { type Context, Hono } from "hono";
import type { LiveFeed } from "@/core/channels/live-feed";
import { AppError, toAppError } from "@/core/errors";
import { clientAddress } from "@/lib/client-address";
import { isHostAllowed, isSameOrigin } from "@/lib/origin-check";
import { PRIVATE_HEADERS } from "@/lib/problem-json";
import { LiveChannelsInput } from "@/operations/channels/live-channels";
import type { Actor, Operation } from "@/operations/operation";
import type { RunOperation } from "@/operations/run-operation";
import { liveStream } from "./live-stream";
import type { OpenApiDocument } from "./openapi-document";
import { openApiReply } from "./openapi-reply";
import { problem } from "./problem";
import { readInput } from "./read-input";

/** What the admin API needs. */
export type RestOptions = {
  readonly operations: readonly Operation[];
  readonly run: RunOperation;
  /** The account behind a request's cookies; null: anonymous. */
  currentAccount(headers: Headers): Promise<{ userId: number; name: string; role: "admin" | "user" } | null>;
  readonly liveChannels: LiveFeed;
  /** The OpenAPI document, made with its first use. */
  openApiDocument(): Promise<OpenApiDocument>;
  /** Public origin in force. */
  publicUrl(): string | null;
  newRequestId(): string;
  /** Hears of faults, which the caller learns by request id only. */
  reportFault(error: AppError, requestId: string): void;
};

/**
 * `/api/v1` from the registry, and `/api/openapi.json`: one route per operation, problem+json for every refusal, nothing cacheable, no CORS. State changes need
 * the same origin (SEC38), every call a host of ours (SEC31). The handler never rejects.
 */
export function createRest(options: RestOptions): (request: Request) => Promise<Response> {
  const app = new Hono();
  const methods = new Map<string, Set<string>>();
  for (const operation of options.operations) {
    const path = `/api/v1${operation.path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
    methods.set(path, (methods.get(path) ?? new Set<string>()).add(operation.method));
    app.on(operation.method, path, (context) => answer(context, operation, options));
  }
  app.get("/api/openapi.json", async ({ req: { raw } }) => {
    requireOwnHost(raw.headers, options);
    return openApiReply(raw, await options.openApiDocument());
  });
  methods.set("/api/openapi.json", new Set(["GET"]));
  for (const [path, allowed] of methods) {
    const allow = [...allowed].sort().join(", ");
    app.all(path, () => problem(new AppError("method_not_allowed"), options.newRequestId(), { allow }));
  }
  app.notFound(() => problem(new AppError("not_found"), options.newRequestId()));
  app.onError((error) => refuse(error, options));
  return async (request) => app.fetch(request);
}

async function answer(context: Context, operation: Operation, options: RestOptions): Promise<Response> {
  const request = context.req.raw;
  const { headers } = request;
  requireOwnHost(headers, options);
  if (operation.method !== "GET" && !isSameOrigin(headers, options.publicUrl())) throw new AppError("cross_origin");
  const actor = await actorOf(headers, options);
  const input = await readInput(request, operation, context.req.param());
  const { output, configVersion } = await options.run(operation.name, input, actor);
  if (operation.name === LIVE && wantsStream(headers)) {
    const { ids } = LiveChannelsInput.parse(input);
    return liveStream(options.liveChannels, { ids, lastEventId: headers.get("last-event-id"), signal: request.signal });
  }
  return new Response(JSON.stringify(output), {
    headers: {
      "content-type": "application/json; charset=utf-8",
      ...PRIVATE_HEADERS,
      "x-sluice-request-id": options.newRequestId(),
      ...(configVersion === 0 ? {} : { "x-sluice-config-version": String(configVersion) }),
    },
  });
}

/** Refuses a host that is none of ours: a page elsewhere may have had its name pointed at us. */
function requireOwnHost(headers: Headers, { publicUrl }: RestOptions): void {
  if (!isHostAllowed(headers.get("host"), publicUrl())) throw new AppError("host_not_allowed");
}

/** The one operation that is a stream too; whoever may read it once may read on. */
const LIVE = "channels.live";

function wantsStream(headers: Headers): boolean {
  return headers.get("accept")?.includes("text/event-stream") ?? false;
}

async function actorOf(headers: Headers, options: RestOptions): Promise<Actor> {
  const address = clientAddress(headers);
  const account = await options.currentAccount(headers);
  if (account === null) return { kind: "anonymous", via: "api", role: null, userId: null, name: "anonymous", address };
  return { kind: "account", via: "api", role: account.role, userId: account.userId, name: account.name, address };
}

function refuse(error: unknown, options: RestOptions): Response {
  const known = toAppError(error);
  const requestId = options.newRequestId();
  if (known.status >= 500) options.reportFault(known, requestId);
  return problem(known, requestId);
}
