import { AppError, toAppError } from "@/core/errors";
import { readDenial } from "@/core/quota/read-denial";
import type { ForwardedRoute } from "@/protocols/routes";
import { type Admitted, admit } from "./admit";
import { aimCall } from "./aim-call";
import { hopOf, measureOf } from "./attempt";
import { authenticate } from "./authenticate";
import { queueMsOf } from "./choice-trace";
import type { Caller, EngineDeps, Exchange } from "./exchange";
import { fail, sendError } from "./fail";
import { type Forwarded, forward, nothingSent } from "./forward";
import { withHeartbeat } from "./queue-heartbeat";
import { headerOf, relayedHead } from "./reply-head";
import { settle } from "./settle";

/** A request that passed more gateways than this runs in a ring. */
const MAX_HOPS = 2;

const NO_BODY = new Uint8Array(0);

/** An exchange on a route of class M or R. */
export type ForwardedExchange = Exchange & { readonly route: ForwardedRoute };

/** True when the call goes to an upstream, false when it is answered here. */
export function isForwarded(exchange: Exchange): exchange is ForwardedExchange {
  return exchange.route.class !== "L";
}

/** One proxied call, top to bottom. Resolves when the reply has ended and the call is settled. */
export async function handleCall(arrived: ForwardedExchange, deps: EngineDeps): Promise<void> {
  const { request, protocol, route, names } = arrived;
  let exchange: Exchange = arrived;
  let stopBeating = () => {};
  let caller: Caller | null = null;
  let model: string | null = null;
  try {
    const known = authenticate(exchange, deps); // headers only: no body is read yet
    caller = known instanceof Promise ? await known : known;
    if (hopOf(exchange) > MAX_HOPS) throw new AppError("loop_detected");
    const body = route.method === "POST" ? await request.readBody() : NO_BODY;
    const call = protocol.readCall({ request, body, route, names }); // scanned once, not parsed
    model = call.model === "" ? null : call.model;
    const aimed = aimCall({ caller, call, route, names, at: exchange.receivedAt }, deps);
    const target = aimed instanceof Promise ? await aimed : aimed;
    const admission = admit({ caller, call, target }, exchange, deps);
    const admitted = admission instanceof Promise ? await admission : admission;
    ({ exchange, stop: stopBeating } = withHeartbeat(admitted, arrived, deps));
    await forwardAndSettle(admitted, exchange, deps);
  } catch (error) {
    fail(toAppError(error), { exchange, caller, model }, deps);
  } finally {
    stopBeating();
  }
}

/** The only place that settles an admitted call: exactly once, whatever happens in between. */
async function forwardAndSettle(admitted: Admitted, exchange: Exchange, deps: EngineDeps): Promise<void> {
  let forwarded: Forwarded = nothingSent(admitted);
  const stopListening = exchange.reply.onClosed(() => {
    deps.quota.leave(exchange.id);
    exchange.interrupts.raise("client_gone");
  });
  try {
    forwarded = await forward(admitted, exchange, deps);
  } finally {
    stopListening();
    deps.quota.leave(exchange.id); // before an error leaves, so that the client may call again at once
    settle({ admitted, forwarded, exchange }, deps);
  }
  answer({ forwarded, admitted }, exchange, deps);
}

type Kept = Extract<Forwarded["answer"], { kind: "kept" }>;
type Answering = { readonly forwarded: Forwarded; readonly admitted: Admitted };

/**
 * Tells the client what the relay did not: the last upstream's own error, or ours. Throws the error when nothing was sent upstream, and a
 * denial, which is stored whatever came before it (quota.md Q59, Q62).
 */
function answer({ forwarded, admitted }: Answering, exchange: Exchange, deps: EngineDeps): void {
  const { ends, answer: due } = forwarded;
  const queueMs = queueMsOf(forwarded.choices);
  const measure = () => {
    const last = ends[ends.length - 1];
    return last === undefined ? null : measureOf({ ...last, admitted });
  };
  if (due.kind === "kept" && exchange.reply.isBeating === true) tellKept(due, exchange, deps);
  else if (due.kind === "kept") {
    const asked = { deps, isStream: false, measured: measure(), queueMs };
    const headers = { ...relayedHead(due.relay.headers, exchange, asked) };
    headers["content-length"] = String(due.body.length);
    exchange.reply.start(due.relay.status ?? 502, headers);
    exchange.reply.end(due.body);
  } else if (due.kind === "error") {
    if (readDenial(due.error) !== null || !ends.some(({ isDispatched }) => isDispatched)) throw due.error;
    if (due.error.code === "internal_error")
      deps.log.error({ requestId: exchange.requestId, error: due.error.cause }, "request failed");
    sendError(due.error, { ...exchange, queueMs, measured: measure() }, deps);
  }
}

/** The last upstream's own error behind heartbeats: its events as they are, a body as an event of ours with the code. */
function tellKept({ relay, body }: Kept, exchange: Exchange, deps: EngineDeps): void {
  const isStream = headerOf(relay.headers, "content-type")?.startsWith("text/event-stream") === true;
  if (isStream) exchange.reply.end(body);
  else sendError(new AppError(relay.code ?? "upstream_error"), exchange, deps);
}
