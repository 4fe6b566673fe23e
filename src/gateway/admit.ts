import { AppError, isAppError } from "@/core/errors";
import { askRates } from "@/core/quota/ask-rates";
import { denialOf } from "@/core/quota/denial-of";
import type { Hold } from "@/core/quota/hold";
import { type HoldRecord, holdRecordText } from "@/core/quota/hold-record";
import type { ModelGroup } from "@/core/quota/limit";
import type { QuotaResult } from "@/core/quota/quota";
import { rateDenialOf } from "@/core/quota/rate-denial";
import type { Call } from "@/protocols/protocol";
import { affordableOutput, demandOf, type Estimated, isFree } from "./demand";
import { type Caller, type EngineDeps, type Exchange, isRateOnly } from "./exchange";
import type { Interrupt } from "./interrupts";
import { measuredOf, ratedBy } from "./judged-limits";
import type { Candidate, Target } from "./resolve-target";

/** A call that asks to be sent: who asks, what, and where it may go. */
export type Asked = { readonly caller: Caller; readonly call: Call; readonly target: Target };

/** A call that may be sent upstream under a hold. Null: with `billingModel: upstream` each attempt makes its own. */
export type Admitted = Asked & { readonly hold: Hold | null };

/**
 * Admits a call: rates and limits in one reserve, then the ADMIT frame, the first witness of the call, before anything is sent. Answers without a promise where the
 * counters do. Throws ledger_unavailable when the journal is full, and the code of a denial.
 */
export function admit(asked: Asked, exchange: Exchange, deps: EngineDeps): Admitted | Promise<Admitted> {
  if (deps.journal.isFull()) throw new AppError("ledger_unavailable");
  if (asked.target.config.settings.billingModel === "upstream") return { ...asked, hold: null };
  const held = holdFor(
    { asked, candidates: asked.target.candidates, model: asked.target.model, no: 1, first: null },
    exchange,
    deps,
  );
  return held instanceof Promise ? held.then((answer) => admittedBy(answer, asked)) : admittedBy(held, asked);
}

function admittedBy(held: Hold | AppError, asked: Asked): Admitted {
  if (isAppError(held)) throw held;
  return { ...asked, hold: held };
}

/** One reserve of a call. */
export type HoldAsk = {
  readonly asked: Asked;
  /** Channels that the hold must cover, the dearest of them. */
  readonly candidates: readonly Candidate[];
  /** Whose model group counts. */
  readonly model: string;
  /** Number of the reserve within the request, from 1. */
  readonly no: number;
  /** The hold under which the request was first sent; null: nothing was. */
  readonly first: Hold | null;
};

/** Reserves what a call needs and writes its ADMIT frame. An error is why it was refused: a denial, or what ended a wait for room. */
export function holdFor(
  ask: HoldAsk,
  exchange: Exchange,
  deps: EngineDeps,
): Hold | AppError | Promise<Hold | AppError> {
  const { first } = ask;
  const { caller, call, target } = ask.asked;
  const { config } = target;
  const group = config.modelGroupOf(ask.model);
  const { habitsOf } = deps;
  const estimated: Estimated = { call, protocol: exchange.protocol, target, at: exchange.receivedAt, habitsOf };
  let stopWaiting = () => {};
  const plan = deps.limitPlans.planOf(caller, config.settings);
  const modelGroupId = group?.id ?? null;
  const rateOnly = isRateOnly(exchange);
  const result = deps.quota.reserve({
    requestId: exchange.id,
    no: ask.no,
    plan,
    rates: askRates({
      plan,
      requestId: exchange.id,
      target: { modelGroupId, model: ask.model },
      wasSent: first !== null,
      isRateOnly: rateOnly,
    }),
    callerVersion: caller.version,
    target: { modelGroupId, isFree: isFree(ask.candidates, exchange.receivedAt), isRateOnly: rateOnly },
    rules: config.settings,
    demand: () => demandOf(ask.candidates, estimated),
    record: (counted) => holdRecordText({ ...recordOf(ask, modelGroupId, exchange), counted }),
    onWait(leave) {
      stopWaiting = leaveWhenInterrupted(exchange, leave);
    },
  });
  const judged = { ask, group, estimated };
  if (!(result instanceof Promise)) return take(result, judged, { exchange, deps });
  return result.then((answer) => {
    stopWaiting();
    return take(answer, judged, { exchange, deps });
  });
}

type Judged = { readonly ask: HoldAsk; readonly group: ModelGroup | null; readonly estimated: Estimated };
type Place = { readonly exchange: Exchange; readonly deps: EngineDeps };

function take(result: QuotaResult, judged: Judged, place: Place): Hold | AppError {
  if (result.kind === "admitted") {
    if (result.hold.failOpen) place.deps.metrics.storeFailed("admitted");
    witness(result.hold, judged.ask.asked, place);
    return result.hold;
  }
  if (result.kind === "gone") return interruptionOf(place.exchange);
  if (result.kind === "unavailable") place.deps.metrics.storeFailed("denied");
  const { ask, group, estimated } = judged;
  const { first } = ask;
  if (result.kind === "limited") {
    const denial = rateDenialOf(result, { groupName: group?.name ?? null, model: ask.model });
    return new AppError(denial.code, denial, { cause: ratedBy(result, { group, first }, ask.model) });
  }
  // Only rates asked the counters: there is no limit to name.
  if (result.kind === "unavailable" && result.resolution.buckets.length === 0)
    return new AppError("limits_unavailable");
  const affordable = affordableOutput(ask.candidates, estimated);
  const denial = denialOf(result, { groupName: group?.name ?? null, affordable });
  return new AppError(denial.code, denial, { cause: measuredOf(result, { group, first }) });
}

function witness(hold: Hold, { caller, call, target }: Asked, { exchange, deps }: Place): void {
  deps.journal.admit({
    id: exchange.id,
    at: hold.at,
    userId: caller.userId,
    keyId: caller.keyId,
    keyPrefix: caller.keyPrefix,
    protocol: exchange.protocol.id,
    operation: exchange.route.operation,
    model: target.model,
    stream: call.stream,
    holdNo: hold.no,
    modelGroupId: hold.target.modelGroupId,
    countedInUserGlobal: hold.counted.userGlobal,
    countedInKeyGlobal: hold.counted.keyGlobal,
    failOpen: hold.failOpen,
    buckets: hold.record === "" ? NO_BUCKETS : hold.buckets,
  });
}

/** Counters in this process' memory die with it: nobody could use the buckets. */
const NO_BUCKETS: Hold["buckets"] = [];

function recordOf({ asked }: HoldAsk, modelGroupId: number | null, exchange: Exchange): Omit<HoldRecord, "counted"> {
  const { caller, call, target } = asked;
  const { protocol, route } = exchange;
  const { keyId, keyPrefix } = caller;
  return {
    ...{ keyId, keyPrefix, modelGroupId, model: target.model, protocol: protocol.id },
    ...{ operation: route.operation, stream: call.stream },
  };
}

/** Waiting for room holds nothing, so a call that nobody waits for leaves the line at once. */
function leaveWhenInterrupted({ reply, interrupts }: Exchange, leave: () => void): () => void {
  const unsubscribe = reply.onClosed(() => interrupts.raise("client_gone"));
  interrupts.listen(leave);
  return () => {
    unsubscribe();
    interrupts.listen(null);
  };
}

const CODES = {
  client_gone: "limit_contended",
  deadline: "request_deadline",
  shutdown: "shutting_down",
} as const satisfies Record<Interrupt, string>;

function interruptionOf({ interrupts }: Exchange): AppError {
  const raised = (["shutdown", "deadline", "client_gone"] as const).find((interrupt) => interrupts.has(interrupt));
  return new AppError(CODES[raised ?? "client_gone"]);
}
