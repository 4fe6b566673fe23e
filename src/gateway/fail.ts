import { type Decision, deniedDecision, limitSteps, rateDecision, refusedDecision } from "@/core/decision";
import type { AppError } from "@/core/errors";
import { limitLines } from "@/core/limit-lines";
import { readDenial } from "@/core/quota/read-denial";
import type { ErrorContext } from "@/protocols/protocol";
import { choicesIn, queueMsOf } from "./choice-trace";
import { denialSource } from "./denial-source";
import type { Caller, EngineDeps, Exchange, Replying } from "./exchange";
import { judgedLimits, measureIn, standingsOf } from "./judged-limits";
import { withRequestId } from "./reply-head";

/** What was known of a call when it was refused. */
export type Refused = { readonly exchange: Exchange; readonly caller: Caller | null; readonly model: string | null };

/** Ends a call that was never admitted, sent nowhere, or denied before a further attempt: the error in the protocol's shape, and one denial (quota.md Q62). */
export function fail(error: AppError, refused: Refused, deps: EngineDeps): void {
  const { exchange, caller, model } = refused;
  if (error.code === "internal_error")
    deps.log.error({ requestId: exchange.requestId, error: error.cause ?? error }, "request failed");
  const { reply, interrupts } = exchange;
  if (reply.isClosed || (reply.isStarted && interrupts.has("shutdown"))) return; // told by the drain
  sendError(error, { ...exchange, queueMs: queueMsOf(choicesIn(error)) }, deps);
  deps.ledger.recordDenial({
    id: exchange.id,
    at: exchange.receivedAt,
    userId: caller?.userId ?? numberOf(error.params.userId),
    keyId: caller?.keyId ?? numberOf(error.params.keyId),
    keyPrefix: caller?.keyPrefix ?? null,
    protocol: exchange.protocol.id,
    operation: exchange.route.operation,
    model,
    status: error.status,
    code: error.code,
    params: error.params,
    decision: decisionOf(error, deps.config.current().version),
  });
}

function decisionOf(error: AppError, configVersion: number): Decision {
  const denial = readDenial(error);
  const measured = measureIn(error);
  if (measured?.refusedBy !== undefined) return rateDecision({ configVersion, error }, measured.refusedBy);
  if (denial === null || measured === null)
    return deniedDecision({ configVersion, channels: choicesIn(error) }, error, []);
  if (measured.lines === null)
    return deniedDecision({ configVersion }, error, limitSteps(judgedLimits(measured), false));
  const group = measured.group?.name ?? null;
  return refusedDecision({ configVersion, error }, denial, { group, limits: limitLines(measured) });
}

/** Writes an error as the whole reply, or as an event behind heartbeats; a reply that has begun is broken instead. */
export function sendError(error: AppError, exchange: Replying, deps: EngineDeps): void {
  const { reply } = exchange;
  if (reply.isClosed) return;
  deps.metrics.denied(error.code, denialSource(error));
  if (reply.isStarted) {
    reply.destroy();
    return;
  }
  if (reply.isBeating === true) {
    reply.end(exchange.protocol.renderStreamError(error, errorContextOf(exchange, deps)));
    return;
  }
  const rendered = exchange.protocol.renderError(error, errorContextOf(exchange, deps));
  const headers = withRequestId({ ...rendered.headers, ...limitHeaders(error, exchange, deps) }, exchange, deps);
  if (exchange.queueMs) headers["x-sluice-queue-ms"] = String(exchange.queueMs);
  headers["content-length"] = String(rendered.body.length);
  reply.start(rendered.status, headers);
  reply.end(rendered.body);
}

/** What the headers say when a limit refused the call, or when it was sent and failed (protocols-and-pricing.md 2.4). */
function limitHeaders(error: AppError, exchange: Replying, deps: EngineDeps): Readonly<Record<string, string>> {
  const { protocol } = exchange;
  const denial = readDenial(error);
  const refused = measureIn(error);
  const measured = refused ?? exchange.measured ?? null;
  if (denial === null && measured === null) return {};
  const standings = measured === null ? [] : standingsOf(measured, refused === null);
  const rate = measured?.rate ?? null;
  return protocol.limitHeaders({
    ...{ standings, modelGroup: measured?.group?.slug ?? null, rate, denial },
    now: deps.clock.now(),
    client: exchange.request.headers,
  });
}

/** What a protocol needs to render an error of this call. */
export function errorContextOf(exchange: Replying, deps: EngineDeps): ErrorContext {
  const { publicUrl } = deps.config.current().settings;
  const { requestId } = exchange;
  const { headers: client } = exchange.request;
  return {
    requestId,
    client,
    explainUrl: publicUrl === null ? null : `${publicUrl.replace(/\/$/, "")}/why/${requestId}`,
  };
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
