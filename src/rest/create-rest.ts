import { type Context, Hono } from "hono";
import type { LiveFeed } from "@/core/channels/live-feed";
import { AppError, toAppError } from "@/core/errors";
import { isHostAllowed } from "@/lib/origin-check";
import { PRIVATE_HEADERS } from "@/lib/problem-json";
import { LiveChannelsInput } from "@/operations/channels/live-channels";
import type { Actor, Operation } from "@/operations/operation";
import type { RunOperation } from "@/operations/run-operation";
import { type AuthenticateDeps, authenticate } from "./authenticate";
import { IDEMPOTENCY_REPLAYED_HEADER, idempotencyKeyOf } from "./idempotency-key";
import { type CallLimiter, limitedReply } from "./limit-calls";
import { liveStream } from "./live-stream";
import type { OpenApiDocument } from "./openapi-document";
import { createOpenApiReply } from "./openapi-reply";
import { problem } from "./problem";
import { readInput } from "./read-input";

/** What the admin API needs. */
export type RestOptions = AuthenticateDeps & {
  readonly operations: readonly Operation[];
  readonly run: RunOperation;
  readonly liveChannels: LiveFeed;
  /** The OpenAPI document, made with its first use. */
  openApiDocument(): Promise<OpenApiDocument>;
  /** False: the document is for who may come in alone; absent: for everybody. */
  areDocsPublic?(): boolean;
  /** Bounds the calls per minute; absent: nothing does. */
  readonly limitCalls?: CallLimiter;
  newRequestId(): string;
  /** Hears of faults, which the caller learns by request id only. */
  reportFault(error: AppError, requestId: string): void;
};

/**
 * `/api/v1` from the registry, and `/api/openapi.json`: one route per operation, problem+json for every refusal, nothing cacheable, no
 * CORS. Who calls is `authenticate`'s to say. The handler never rejects.
 */
export function createRest(options: RestOptions): (request: Request) => Promise<Response> {
  const app = new Hono();
  const methods = new Map<string, Set<string>>();
  for (const operation of options.operations) {
    const path = `/api/v1${operation.path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
    methods.set(path, (methods.get(path) ?? new Set<string>()).add(operation.method));
    app.on(operation.method, path, (context) => answer(context, operation, options));
  }
  const documentReply = createOpenApiReply(options.openApiDocument);
  app.get("/api/openapi.json", async ({ req: { raw } }) => {
    await permitReader(raw.headers, options);
    return documentReply(raw);
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
  const actor = await authenticate(headers, operation.method !== "GET", options);
  const reply = () => perform({ context, operation, actor }, options);
  const verdict = options.limitCalls?.(actor);
  return verdict === undefined ? reply() : limitedReply(verdict, reply, (error) => refuse(error, options));
}

type Call = { readonly context: Context; readonly operation: Operation; readonly actor: Actor };

async function perform({ context, operation, actor }: Call, options: RestOptions): Promise<Response> {
  const request = context.req.raw;
  const { headers } = request;
  const caller = { ...actor, ...idempotencyKeyOf(headers, operation) };
  const input = await readInput(request, operation, context.req.param());
  const { output, configVersion, isReplayed } = await options.run(operation.name, input, caller);
  if (operation.name === LIVE && wantsStream(headers)) {
    const { ids } = LiveChannelsInput.parse(input);
    const lastEventId = headers.get("last-event-id");
    const mayReadOn = () => mayRead({ headers, operation, input }, options);
    return liveStream(options.liveChannels, { ids, lastEventId, signal: request.signal, mayReadOn });
  }
  return new Response(JSON.stringify(output), {
    headers: {
      "content-type": "application/json; charset=utf-8",
      ...PRIVATE_HEADERS,
      "x-sluice-request-id": options.newRequestId(),
      ...(configVersion === 0 ? {} : { "x-sluice-config-version": String(configVersion) }),
      ...(isReplayed ? { [IDEMPOTENCY_REPLAYED_HEADER]: "true" } : {}),
    },
  });
}

/** Refuses a host that is none of ours: a page elsewhere may have had its name pointed at us; and strangers, when the docs are closed to them. */
async function permitReader(headers: Headers, options: RestOptions): Promise<void> {
  if (!isHostAllowed(headers.get("host"), options.publicUrl())) throw new AppError("host_not_allowed");
  if (options.areDocsPublic?.() ?? true) return;
  const { kind } = await authenticate(headers, false, options);
  if (kind === "anonymous") throw new AppError("unauthenticated");
}

/** Whether who sent some headers may run a reading operation now; a fault of ours is no reason to say no. Never rejects. */
async function mayRead(
  { headers, operation, input }: { readonly headers: Headers; readonly operation: Operation; readonly input: unknown },
  options: RestOptions,
): Promise<boolean> {
  try {
    await options.run(operation.name, input, await authenticate(headers, false, options));
    return true;
  } catch (error) {
    return toAppError(error).status >= 500;
  }
}

/** The one operation that is a stream too. */
const LIVE = "channels.live";

function wantsStream(headers: Headers): boolean {
  return headers.get("accept")?.includes("text/event-stream") ?? false;
}

function refuse(error: unknown, options: RestOptions): Response {
  const known = toAppError(error);
  const requestId = options.newRequestId();
  if (known.status >= 500) options.reportFault(known, requestId);
  return problem(known, requestId);
}
