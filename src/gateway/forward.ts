import { rankChannels } from "@/core/channels/rank-channels";
import { AppError } from "@/core/errors";
import type { Admitted } from "./admit";
import { type AttemptEnd, attempt, BETWEEN_ATTEMPTS, isInterrupted } from "./attempt";
import type { EngineDeps, Exchange } from "./exchange";
import type { RelayEnd } from "./relay-state";

/** What became of an admitted call, and what the client still has to be told. */
export type Forwarded = {
  readonly ends: readonly AttemptEnd[];
  /** `none`: the reply has begun, or nobody is left to hear it. `kept`: the last upstream's own error reply. `error`: one of ours. */
  readonly answer:
    | { readonly kind: "none" }
    | { readonly kind: "kept"; readonly relay: RelayEnd; readonly body: Uint8Array }
    | { readonly kind: "error"; readonly error: AppError };
};

/** Nothing was sent and nothing was decided: what a fault leaves behind. */
export const NOTHING_SENT: Forwarded = { ends: [], answer: { kind: "none" } };

/**
 * Tries the channels in rank order until one has answered: at most `maxAttempts`, each once, the next one only before the first relayed
 * byte and within the deadline (channels-and-rates.md C6-C8).
 */
export async function forward(admitted: Admitted, exchange: Exchange, deps: EngineDeps): Promise<Forwarded> {
  const { settings } = admitted.target.config;
  const { interrupts, reply } = exchange;
  const ranked = rankChannels(admitted.target.candidates, deps.random);
  const last = Math.min(settings.maxAttempts, ranked.length);
  const waited = deps.clock.monotonic() - exchange.startedAt;
  const deadline = deps.deadlines.set(Math.max(0, settings.requestDeadlineMs - waited), () =>
    interrupts.raise("deadline"),
  );
  const unsubscribe = reply.onClosed(() => interrupts.raise("client_gone"));
  const ends: AttemptEnd[] = [];
  interrupts.listen(BETWEEN_ATTEMPTS);
  try {
    for (const candidate of ranked) {
      const number = ends.length + 1;
      const end = await attempt({ admitted, candidate, number, canFailOver: number < last }, exchange, deps);
      ends.push(end);
      if (!end.relay.next || number === last || isInterrupted(exchange)) break;
    }
  } finally {
    deadline.cancel();
    unsubscribe();
  }
  return { ends, answer: answerOf(ends, exchange) };
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
