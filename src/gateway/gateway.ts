import { AppError, toAppError } from "@/core/errors";
import { createDeadlines } from "@/lib/deadlines";
import { requestIdOf, uuidv7Source } from "@/lib/id";
import type { GatewayReply, GatewayRequest } from "@/protocols/exchange";
import { protocolFor, protocolOfUnlisted } from "@/protocols/registry";
import { drainBudget } from "./drain-budget";
import type { EngineDeps, Exchange } from "./exchange";
import { sendError } from "./fail";
import { type FoundRoute, findRoute } from "./find-route";
import type { Gateway, GatewayDeps } from "./gateway-deps";
import { handleCall, isForwarded } from "./handle-call";
import { handleLocal } from "./handle-local";
import { callInterrupts } from "./interrupts";

type Found = Extract<FoundRoute, { kind: "route" }>;

/** The engine behind both hosts: route to pipeline, admission by number, drain. One per process. */
export function createGateway(ports: GatewayDeps): Gateway {
  const running = new Set<Exchange>();
  let waiters: (() => void)[] = [];
  let isDraining = false;
  const newId = uuidv7Source();
  const deps: EngineDeps = {
    ...ports,
    drains: drainBudget(ports.maxDrains),
    deadlines: createDeadlines(ports.clock),
    isDraining: () => isDraining,
  };
  const leave = (exchange: Exchange): void => {
    running.delete(exchange);
    deps.metrics.inflight(-1);
    if (running.size > 0) return;
    for (const resolve of waiters) resolve();
    waiters = [];
  };
  return {
    async handle(request, reply) {
      try {
        const found = findRoute(request);
        if (found.kind === "empty") return sendEmpty(found, reply);
        const exchange = openExchange(found, { request, reply }, { deps, newId });
        if (isDraining) return sendError(new AppError("shutting_down"), exchange, deps);
        if (running.size >= deps.maxInflight) return sendError(new AppError("overloaded"), exchange, deps);
        running.add(exchange);
        deps.metrics.inflight(1);
        try {
          if (isForwarded(exchange)) await handleCall(exchange, deps);
          else await handleLocal({ exchange, withoutBody: found.withoutBody }, deps);
        } finally {
          leave(exchange);
        }
      } catch (error) {
        refuseUnrouted(toAppError(error), { request, reply }, { deps, newId });
      }
    },
    drain() {
      isDraining = true;
    },
    abortAll() {
      isDraining = true;
      for (const exchange of running) {
        if (!exchange.interrupts.raise("shutdown")) sendError(new AppError("shutting_down"), exchange, deps);
      }
    },
    idle: () => (running.size === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    inflight: () => running.size,
  };
}

type Ends = { readonly request: GatewayRequest; readonly reply: GatewayReply };

type Ids = { readonly deps: EngineDeps; readonly newId: (nowMs: number) => string };

function openExchange({ route, names }: Found, { request, reply }: Ends, { deps, newId }: Ids): Exchange {
  const receivedAt = deps.clock.now();
  const id = newId(receivedAt);
  return {
    request,
    reply,
    route,
    names,
    protocol: protocolFor(route.protocol, request),
    id,
    requestId: requestIdOf(id),
    receivedAt,
    startedAt: deps.clock.monotonic(),
    interrupts: callInterrupts(),
  };
}

function sendEmpty({ status, headers }: Extract<FoundRoute, { kind: "empty" }>, reply: GatewayReply): void {
  reply.start(status, status === 200 ? { ...headers, "content-length": "0" } : headers);
  reply.end();
}

/**
 * An error before any route was found: in the shape that the headers suggest (protocols-and-pricing.md 3.1). The end of the pipeline, so
 * a reply that cannot even be refused is broken off.
 */
function refuseUnrouted(error: AppError, { request, reply }: Ends, { deps, newId }: Ids): void {
  const requestId = requestIdOf(newId(deps.clock.now()));
  if (error.code === "internal_error") deps.log.error({ requestId, error: error.cause }, "request failed");
  try {
    sendError(error, { request, reply, requestId, protocol: protocolOfUnlisted(request) }, deps);
  } catch (fault) {
    deps.log.error({ requestId, error: fault }, "reply failed");
    reply.destroy();
  }
}
