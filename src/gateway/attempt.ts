import type { ChannelSnapshot, OpenCredential } from "@/core/channels/channel";
import { type AppError, toAppError } from "@/core/errors";
import type { EstimateAsk } from "@/core/prices/estimate-call";
import type { Hold } from "@/core/quota/hold";
import type { Asked } from "./admit";
import { type Ceiling, ceilingWritten, freeCeiling, openCeiling } from "./ceiling";
import { ceilingAsk } from "./demand";
import { type EngineDeps, type Exchange, isRateOnly } from "./exchange";
import { type Measured, measureIfAny } from "./judged-limits";
import { openRelay } from "./relay";
import { EMPTY_READING, type RelayEnd } from "./relay-state";
import type { Candidate } from "./resolve-target";

/** Which try this is. */
export type AttemptAsk = {
  readonly admitted: Asked;
  /** What the attempt is charged to. */
  readonly hold: Hold;
  /** The hold under which the call was first sent: the same, or with `billingModel: upstream` that of an earlier attempt. */
  readonly first: Hold;
  readonly candidate: Candidate;
  /** Of the channel's; null: it has none. */
  readonly credential: OpenCredential | null;
  /** 1..99 */
  readonly number: number;
  /** How long the call has waited for channels, ms. */
  readonly queueMs: number;
  /** Another channel would be tried after this one. */
  readonly canFailOver: boolean;
  /** Its slot was granted while the shared slots did not answer (channels-and-rates.md L21). */
  readonly isAlone: boolean;
};

/** One try on one channel, ended. */
export type AttemptEnd = {
  readonly relay: RelayEnd;
  readonly candidate: Candidate;
  readonly hold: Hold;
  readonly first: Hold;
  readonly number: number;
  /** Epoch ms. */
  readonly startedAt: number;
  /** Bytes may have left, so there is a ledger entry. */
  readonly isDispatched: boolean;
  /** Estimated input, for a reply that never told. */
  readonly inputTokens: number;
  readonly isAlone: boolean;
  /** What it was estimated by; null: a fault came before. */
  readonly estimate: EstimateAsk | null;
};

/**
 * Sends a call to one channel and relays the reply. The CEILING frame is on disk before the first byte leaves (quota.md Q41).
 * Never rejects: a failure of the upstream, and a fault of ours, is an outcome.
 */
export async function attempt(ask: AttemptAsk, exchange: Exchange, deps: EngineDeps): Promise<AttemptEnd> {
  const { admitted, candidate, hold, first, number, isAlone } = ask;
  const startedAt = deps.clock.now();
  let isDispatched = false;
  let inputTokens = 0;
  let estimate: EstimateAsk | null = null;
  const ended = (relay: RelayEnd): AttemptEnd => ({
    ...{ relay, candidate, hold, first, number, startedAt, isDispatched, inputTokens, estimate, isAlone },
  });
  try {
    const { call } = admitted;
    const { channel, upstreamModel } = candidate;
    const upstream = exchange.protocol.buildUpstream({
      ...{ call, request: exchange.request, upstreamModel, hold },
      channel: underCredential(channel, ask.credential),
    });
    const ceiling = ceilingOf(ask, exchange, deps);
    inputTokens = ceiling.inputTokens;
    estimate = ceiling.ask.estimate;
    const measured = measureOf(ask);
    await deps.journal.written();
    ceilingWritten(ceiling);
    if (isInterrupted(exchange)) return ended(unsent(exchange));
    isDispatched = true;
    const end = await new Promise<RelayEnd>((resolve) => {
      const { injectedUsage } = upstream;
      const { stream } = call;
      const { canFailOver, queueMs } = ask;
      const relay = openRelay(
        { exchange, deps, channel, call, injectedUsage, stream, measured, ceiling, canFailOver, queueMs },
        resolve,
      );
      exchange.interrupts.listen((interrupt) => relay.interrupt(interrupt));
      deps.quota.follow(hold, () => relay.ceilingNanoUsd());
      relay.begin(deps.upstream.send(upstream, { timeouts: channel.timeouts, hop: hopOf(exchange) + 1 }, relay.sink));
    });
    return ended(end);
  } catch (error) {
    return ended({ ...UNSENT, outcome: "interrupted", ...faultOf(toAppError(error)) });
  } finally {
    exchange.interrupts.listen(BETWEEN_ATTEMPTS);
  }
}

/** The channel as the next credential makes it, once the first is out of use (C2). */
function underCredential(channel: ChannelSnapshot, credential: OpenCredential | null): ChannelSnapshot {
  if (credential === null || credential.value === channel.credentials[0]?.value) return channel;
  return { ...channel, credential: credential.value };
}

function ceilingOf({ admitted, candidate, number }: AttemptAsk, exchange: Exchange, deps: EngineDeps): Ceiling {
  const { call, target } = admitted;
  const { protocol, receivedAt } = exchange;
  const { journal, clock, habitsOf } = deps;
  // Images and audio are not told apart in what passes, so their first ceiling is the worst case.
  const stream = call.stream && call.units === undefined;
  const openOne = isRateOnly(exchange) ? freeCeiling : openCeiling;
  const estimate = ceilingAsk(candidate, { call, target, protocol, at: receivedAt, habitsOf });
  const { id: channelId } = candidate.channel;
  return openOne({ id: exchange.id, attempt: number, channelId, estimate, stream, journal, clock });
}

/** What the head of the reply tells of limits; null: the model has no group and no limit applies. */
export function measureOf({
  hold,
  first,
  candidate,
  admitted,
}: Pick<AttemptAsk, "hold" | "first" | "candidate" | "admitted">): Measured | null {
  const group = hold.target.modelGroupId === null ? null : admitted.target.config.modelGroupOf(candidate.billedModel);
  return measureIfAny(hold, group, first);
}

/** Interrupts between two attempts are noticed before the next one. */
export const BETWEEN_ATTEMPTS = (): void => {};

/** Gateways the request has passed (reliability-and-security.md 8); what is no number counts as none. */
export function hopOf(exchange: Pick<Exchange, "request">): number {
  const hop = Number(exchange.request.headers["x-sluice-hop"] ?? 0);
  return Number.isSafeInteger(hop) && hop >= 0 ? hop : 0;
}

/** True when nothing more may be sent for this call. */
export function isInterrupted({ interrupts }: Exchange): boolean {
  return interrupts.has("client_gone") || interrupts.has("deadline") || interrupts.has("shutdown");
}

const UNSENT: RelayEnd = {
  status: null,
  headers: {},
  firstByteMs: null,
  outcome: "client_aborted",
  code: null,
  cause: null,
  failure: null,
  next: false,
  isRelayed: false,
  charge: "seen",
  reading: EMPTY_READING,
  kept: null,
};

function unsent({ interrupts }: Exchange): RelayEnd {
  if (interrupts.has("client_gone")) return UNSENT;
  return { ...UNSENT, code: interrupts.has("deadline") ? "request_deadline" : "shutting_down" };
}

function faultOf(error: AppError): Pick<RelayEnd, "code" | "cause"> {
  return { code: error.code, cause: error };
}
