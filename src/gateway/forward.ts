import { ALWAYS_FREE, orderChannels } from "@/core/channels/order-channels";
import { AppError, isAppError } from "@/core/errors";
import type { Hold } from "@/core/quota/hold";
import { type Admitted, holdFor } from "./admit";
import { type AttemptEnd, attempt, BETWEEN_ATTEMPTS, isInterrupted } from "./attempt";
import { type Attempted, amountsOf, entryOf } from "./entry-of";
import type { EngineDeps, Exchange } from "./exchange";
import type { RelayEnd } from "./relay-state";
import type { Candidate } from "./resolve-target";

/** What became of an admitted call, and what the client still has to be told. */
export type Forwarded = {
  readonly ends: readonly AttemptEnd[];
  /** The hold that is still to be closed; null: the attempts' own holds were refused or have ended. */
  readonly hold: Hold | null;
  /** `none`: the reply has begun, or nobody is left to hear it. `kept`: the last upstream's own error reply. `error`: one of ours. */
  readonly answer:
    | { readonly kind: "none" }
    | { readonly kind: "kept"; readonly relay: RelayEnd; readonly body: Uint8Array }
    | { readonly kind: "error"; readonly error: AppError };
};

/** Nothing was sent and nothing was decided: what a fault leaves behind. */
export function nothingSent({ hold }: Admitted): Forwarded {
  return { ends: [], hold, answer: { kind: "none" } };
}

/**
 * Tries the channels in rank order until one has answered: at most `maxAttempts`, each once, the next one only before the first relayed
 * byte and within the deadline (channels-and-rates.md C6-C8).
 */
export async function forward(admitted: Admitted, exchange: Exchange, deps: EngineDeps): Promise<Forwarded> {
  const { settings } = admitted.target.config;
  const { interrupts, reply } = exchange;
  const ranked = orderChannels(admitted.target.candidates, {
    standingOf: () => ALWAYS_FREE,
    affinity: null,
    random: deps.random,
  });
  const last = Math.min(settings.maxAttempts, ranked.length);
  const waited = deps.clock.monotonic() - exchange.startedAt;
  const deadline = deps.deadlines.set(Math.max(0, settings.requestDeadlineMs - waited), () =>
    interrupts.raise("deadline"),
  );
  const unsubscribe = reply.onClosed(() => interrupts.raise("client_gone"));
  const ends: AttemptEnd[] = [];
  let hold = admitted.hold;
  interrupts.listen(BETWEEN_ATTEMPTS);
  try {
    for (const candidate of ranked) {
      const number = ends.length + 1;
      if (admitted.hold === null) {
        const held = await holdForAttempt({ admitted, candidate, ends }, exchange, deps);
        if (isAppError(held)) return { ends, hold: null, answer: { kind: "error", error: held } };
        hold = held;
      }
      if (hold === null) break;
      const end = await attempt({ admitted, candidate, hold, number, canFailOver: number < last }, exchange, deps);
      ends.push(end);
      if (!end.relay.next || number === last || isInterrupted(exchange)) break;
      if (end.isDispatched) witnessCost(end, { admitted, exchange }, deps);
    }
  } finally {
    deadline.cancel();
    unsubscribe();
  }
  return { ends, hold, answer: answerOf(ends, exchange) };
}

/** Should the process die during a later attempt, this one is billed what it cost, not what it might have (quota.md Q44). */
function witnessCost(end: AttemptEnd, attempted: Attempted, { journal }: EngineDeps): void {
  const { id, attempt, costNanoUsd } = entryOf(end, attempted, 0);
  journal.ceiling({ id, attempt, channelId: end.candidate.channel.id, amountNanoUsd: costNanoUsd });
}

type NextAttempt = {
  readonly admitted: Admitted;
  readonly candidate: Candidate;
  readonly ends: readonly AttemptEnd[];
};

/** With `billingModel: upstream`: the hold of the last attempt ends, then the model of the next channel is asked for (quota.md Q59). */
async function holdForAttempt(
  { admitted, candidate, ends }: NextAttempt,
  exchange: Exchange,
  deps: EngineDeps,
): Promise<Hold | AppError> {
  const last = ends[ends.length - 1];
  if (last?.isDispatched === true) {
    const isFirst = ends.findIndex(({ isDispatched }) => isDispatched) === ends.length - 1;
    deps.quota.settle(last.hold, amountsOf([entryOf(last, { admitted, exchange }, isFirst ? 1 : 0)]));
  } else if (last !== undefined) deps.quota.void(last.hold);
  const ask = { asked: admitted, candidates: [candidate], model: candidate.billedModel, no: ends.length + 1 };
  const held = await holdFor(ask, exchange, deps);
  exchange.interrupts.listen(BETWEEN_ATTEMPTS);
  return held;
}

function answerOf(ends: readonly AttemptEnd[], exchange: Exchange): Forwarded["answer"] {
  const relay = ends[ends.length - 1]?.relay;
  if (relay === undefined) return { kind: "error", error: new AppError("no_channel_available") };
  if (relay.isRelayed || exchange.reply.isClosed) return { kind: "none" };
  const interrupted = interruptionOf(exchange);
  if (interrupted !== null) return { kind: "error", error: interrupted };
  if (relay.kept !== null) return { kind: "kept", relay, body: relay.kept };
  return { kind: "error", error: new AppError(relay.code ?? "internal_error", {}, { cause: relay.cause }) };
}

function interruptionOf({ interrupts }: Exchange): AppError | null {
  if (interrupts.has("shutdown")) return new AppError("shutting_down");
  return interrupts.has("deadline") ? new AppError("request_deadline") : null;
}
