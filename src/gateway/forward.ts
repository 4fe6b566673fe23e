import type { PreferredChannels } from "@/core/channels/channel-affinity";
import type { ChannelChoice } from "@/core/channels/channel-choice";
import { AppError, isAppError, toAppError } from "@/core/errors";
import type { Hold } from "@/core/quota/hold";
import type { Deadline } from "@/lib/deadlines";
import { type Admitted, holdFor } from "./admit";
import { type AttemptEnd, attempt, BETWEEN_ATTEMPTS, isInterrupted } from "./attempt";
import { authenticate } from "./authenticate";
import { affinityOf, preferredBy } from "./call-affinity";
import { type ChoiceCause, queueMsOf } from "./choice-trace";
import { type Choice, type Chosen, chooseChannel, eligibleInMs } from "./choose-channel";
import { type Estimated, expectedTokens } from "./demand";
import { endAttempt } from "./end-attempt";
import { type Attempted, amountsOf, entryOf } from "./entry-of";
import { type EngineDeps, type Exchange, isRateOnly } from "./exchange";
import type { RelayEnd } from "./relay-state";
import type { Candidate, Target } from "./resolve-target";
import type { Taken, Waiting } from "./slot-doors";

/** What became of an admitted call, and what the client still has to be told. */
export type Forwarded = {
  readonly ends: readonly AttemptEnd[];
  /** What was weighed for each attempt. */
  readonly choices: readonly ChannelChoice[];
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
  return { ends: [], choices: [], hold, answer: { kind: "none" } };
}

/**
 * Tries channels until one has answered: at most `maxAttempts`, each once, the next one only before the first relayed byte and within the deadline
 * (channels-and-rates.md C6-C8). Each is chosen when its turn comes, by how the channels stand then. What the call owned at a channel is given
 * back in any case. One function, because every further one that waits costs each request a promise.
 */
export async function forward(admitted: Admitted, exchange: Exchange, deps: EngineDeps): Promise<Forwarded> {
  const { target, caller } = admitted;
  const most = Math.min(target.config.settings.maxAttempts, target.candidates.length);
  const ends: AttemptEnd[] = [];
  const choices: ChannelChoice[] = [];
  let { hold } = admitted;
  const over = (choice: Ended["choice"]): Forwarded => {
    return { ends, choices, hold, answer: answerOf({ ends, choices, choice, target }, exchange, deps) };
  };
  const deadline = startDeadline(target, exchange, deps);
  try {
    const asking = affinityOf(admitted, exchange, deps);
    const affinity = asking instanceof Promise ? await asking : asking;
    const choose = chooserOf({ admitted, preferred: preferredBy(affinity) }, exchange, deps);
    for (let number = 1; number <= most; number++) {
      const choosing = choose(ends);
      const chosen = choosing instanceof Promise ? await choosing : choosing;
      choices.push(chosen.trace);
      if (chosen.kind !== "chosen") return over(chosen);
      const { candidate, taken } = chosen;
      const credential = deps.health.credentialOf(candidate.channel);
      let end: AttemptEnd | null = null;
      try {
        const asked = readyFor({ admitted, candidate, ends, hold }, { taken, exchange, deps });
        const ready = asked instanceof Promise ? await asked : asked;
        hold = ready.hold;
        if (ready.kind === "refused") return { ends, choices, hold, answer: { kind: "error", error: ready.error } };
        const canFailOver = chosen.order.length > 1 && number < most;
        const given = { admitted, candidate, credential, number, canFailOver, isAlone: taken.isAlone };
        const first = firstHold(ends, ready.hold);
        end = await attempt({ ...given, hold: ready.hold, first, queueMs: queueMsOf(choices) }, exchange, deps);
        ends.push(end);
      } finally {
        const whose = { userId: caller.userId, isRateOnly: isRateOnly(exchange) };
        endAttempt({ chosen, end, target, affinity, credential, ...whose }, deps);
      }
      if (!maySendAgain(end, exchange)) break;
    }
    return over(null);
  } finally {
    deadline.cancel();
  }
}

function maySendAgain({ relay }: AttemptEnd, exchange: Exchange): boolean {
  return relay.next && !isInterrupted(exchange);
}

/** Interrupts the call when its one deadline passes, which began with its arrival (C7). */
function startDeadline({ config }: Target, { interrupts, startedAt }: Exchange, deps: EngineDeps): Deadline {
  const waited = deps.clock.monotonic() - startedAt;
  interrupts.listen(BETWEEN_ATTEMPTS);
  const leftMs = Math.max(0, config.settings.requestDeadlineMs - waited);
  return deps.deadlines.set(leftMs, () => interrupts.raise("deadline"));
}

type ChooserAsk = { readonly admitted: Admitted; readonly preferred: PreferredChannels };

/** Chooses the channel of each attempt of a call, given those that ended. */
function chooserOf({ admitted, preferred }: ChooserAsk, exchange: Exchange, deps: EngineDeps) {
  const { target } = admitted;
  const waiting = waitingOf(admitted, exchange, deps);
  const tokensOn = (candidate: Candidate) => expectedTokens(candidate, estimatedOf(admitted, exchange, deps));
  let ignoresBreakers = false;
  const keep = (choice: Choice): Choice => {
    if (choice.kind === "chosen") ({ ignoresBreakers } = choice);
    return choice;
  };
  return (ends: readonly AttemptEnd[]): Choice | Promise<Choice> => {
    const tried = ends.length === 0 ? NOT_TRIED : ends.map(({ candidate }) => candidate);
    const choice = chooseChannel({ target, tried, ignoresBreakers, waiting, preferred, tokensOn }, deps);
    return choice instanceof Promise ? choice.then(keep) : keep(choice);
  };
}

const NOT_TRIED: readonly Candidate[] = [];

/** What the next attempt is charged to, or why there is none; with the hold that is still to be closed. */
type Ready =
  | { readonly kind: "ready"; readonly hold: Hold }
  | { readonly kind: "refused"; readonly error: AppError; readonly hold: Hold | null };

type Turn = { readonly taken: Taken; readonly exchange: Exchange; readonly deps: EngineDeps };

/** Answers without a promise when the call did not wait and its hold stays. */
function readyFor(next: NextAttempt, { taken, exchange, deps }: Turn): Ready | Promise<Ready> {
  const ready = (held: Hold | AppError): Ready =>
    isAppError(held) ? { kind: "refused", error: held, hold: null } : { kind: "ready", hold: held };
  if (taken.waitedMs === 0) {
    const held = holdOf(next, exchange, deps);
    return held instanceof Promise ? held.then(ready) : ready(held);
  }
  return refusalAfterWait(exchange, deps).then(async (error) => {
    if (error !== null) return { kind: "refused", error, hold: next.hold };
    return ready(await holdOf(next, exchange, deps));
  });
}

/** The key or its user may have been disabled while the call waited (channels-and-rates.md P2). */
async function refusalAfterWait(exchange: Exchange, deps: EngineDeps): Promise<AppError | null> {
  try {
    await authenticate(exchange, deps);
    return null;
  } catch (error) {
    return toAppError(error);
  }
}

function estimatedOf({ call, target }: Admitted, exchange: Exchange, { habitsOf }: EngineDeps): Estimated {
  return { call, target, protocol: exchange.protocol, at: exchange.receivedAt, habitsOf };
}

/** A wait for a slot ends with the call: when its client leaves, its deadline passes or the process stops. */
function waitingOf({ caller, target }: Admitted, exchange: Exchange, { clock }: EngineDeps): Waiting {
  const { interrupts, startedAt } = exchange;
  return {
    keyId: caller.keyId,
    leftMs: () => Math.max(0, target.config.settings.requestDeadlineMs - (clock.monotonic() - startedAt)),
    onInterrupt(leave) {
      interrupts.listen(leave);
      if (isInterrupted(exchange)) leave();
      return () => interrupts.listen(BETWEEN_ATTEMPTS);
    },
  };
}

/** Should the process die during a later attempt, this one is billed what it cost, not what it might have (quota.md Q44). */
function witnessCost(end: AttemptEnd, attempted: Attempted, { journal }: EngineDeps): void {
  if (isRateOnly(attempted.exchange)) return;
  const { id, attempt, costNanoUsd } = entryOf(end, attempted, 0);
  journal.ceiling({ id, attempt, channelId: end.candidate.channel.id, amountNanoUsd: costNanoUsd });
}

type NextAttempt = {
  readonly admitted: Admitted;
  readonly candidate: Candidate;
  readonly ends: readonly AttemptEnd[];
  readonly hold: Hold | null;
};

/** The hold of the call, which stays; with `billingModel: upstream` each attempt has its own. */
function holdOf(next: NextAttempt, exchange: Exchange, deps: EngineDeps): Hold | Promise<Hold | AppError> {
  const { admitted, ends, hold } = next;
  if (admitted.hold === null || hold === null) return holdForAttempt(next, exchange, deps);
  const last = ends[ends.length - 1];
  if (last?.isDispatched === true) witnessCost(last, { admitted, exchange }, deps);
  return hold;
}

/** With `billingModel: upstream`: the hold of the last attempt ends, then the model of the next channel is asked for (quota.md Q59). */
async function holdForAttempt(
  { admitted, candidate, ends }: NextAttempt,
  exchange: Exchange,
  deps: EngineDeps,
): Promise<Hold | AppError> {
  const last = ends[ends.length - 1];
  if (last?.isDispatched === true) {
    witnessCost(last, { admitted, exchange }, deps);
    const isFirst = firstSent(ends) === last;
    deps.quota.settle(last.hold, endedAmounts(last, { admitted, exchange }, isFirst), false);
  } else if (last !== undefined) deps.quota.void(last.hold);
  // The end of the last hold leaves behind its frame: a unit that it gives back must be there before the next reserve asks for it.
  if (last !== undefined) await deps.journal.written();
  const first = firstSent(ends)?.hold ?? null;
  const ask = { asked: admitted, candidates: [candidate], model: candidate.billedModel, no: ends.length + 1, first };
  const held = await holdFor(ask, exchange, deps);
  exchange.interrupts.listen(BETWEEN_ATTEMPTS);
  return held;
}

/** What an attempt takes from its own hold. */
function endedAmounts(end: AttemptEnd, attempted: Attempted, isFirst: boolean): ReturnType<typeof amountsOf> {
  return amountsOf(isRateOnly(attempted.exchange) ? [] : [entryOf(end, attempted, isFirst ? 1 : 0)]);
}

/** The hold under which the call was first sent, or will be now. */
function firstHold(ends: readonly AttemptEnd[], held: Hold): Hold {
  return ends.length === 0 ? held : (firstSent(ends)?.hold ?? held);
}

function firstSent(ends: readonly AttemptEnd[]): AttemptEnd | undefined {
  return ends.find(({ isDispatched }) => isDispatched);
}

/** What ended the tries: the last attempt, or that no channel took the call. */
type Ended = {
  readonly ends: readonly AttemptEnd[];
  readonly choices: readonly ChannelChoice[];
  readonly choice: Exclude<Choice, Chosen> | null;
  readonly target: Target;
};

function answerOf({ ends, choices, choice, target }: Ended, exchange: Exchange, deps: EngineDeps): Forwarded["answer"] {
  const relay = ends[ends.length - 1]?.relay;
  if (relay?.isRelayed === true || exchange.reply.isClosed) return { kind: "none" };
  const interrupted = interruptionOf(exchange);
  if (interrupted !== null) {
    const cause: ChoiceCause = { channelChoices: choices };
    return { kind: "error", error: new AppError(interrupted, {}, { cause }) };
  }
  if (relay === undefined)
    return { kind: "error", error: choice?.kind === "none" ? choice.error : new AppError("no_channel_available") };
  if (relay.kept !== null) return { kind: "kept", relay, body: relay.kept };
  const retryAfterMs = relay.failure?.cools === true ? eligibleInMs(target, deps) : null;
  return {
    kind: "error",
    error: new AppError(relay.code ?? "internal_error", { retryAfterMs }, { cause: relay.cause }),
  };
}

function interruptionOf({ interrupts }: Exchange): "shutting_down" | "request_deadline" | null {
  if (interrupts.has("shutdown")) return "shutting_down";
  return interrupts.has("deadline") ? "request_deadline" : null;
}
