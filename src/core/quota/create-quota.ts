import { admitUncounted } from "./admit-uncounted";
import { type BringUser, createBringUser } from "./bring-user";
import { createDegradedAdmission, type DegradedAdmission } from "./degraded-admission";
import { createDomainWatch } from "./domain-watch";
import type { Hold } from "./hold";
import { createHoldBook, type HoldBook, openHoldOf } from "./hold-book";
import { createHoldEnds, type HoldEnds } from "./hold-ends";
import { contendedNow, limitedNow } from "./queued-refusal";
import type { Quota, QuotaAsk, QuotaRates, QuotaResult, Refusal } from "./quota";
import { type Asked, askOf, HOLD_TTL_MS, held, holdOf, type QuotaDeps, type QuotaParts } from "./quota-engine";
import type { OpenHold, ReserveReply } from "./quota-store";
import type { RateLine } from "./rate-ask";
import type { Resolution } from "./resolve-limits";
import { createRunningRequests } from "./running-requests";
import { createWaitingLines, type Turn } from "./waiting-lines";

/** The engine with what jobs and the shutdown need of it. */
export type QuotaEngine = Quota & {
  readonly book: HoldBook;
  readonly ends: HoldEnds;
  readonly bring: BringUser;
  readonly degraded: Pick<DegradedAdmission, "isDegraded" | "silentMs" | "noticed" | "preview">;
  waiting(): number;
  /** Keeps the places of running requests for another 30 s. */
  beat(): Promise<void>;
  /** Another replica rebuilds a user: the holds it must not lose. What had ended is told to the counters again. */
  holdsFor(userId: number): readonly OpenHold[];
};

const NO_RATES: QuotaRates = { counters: [], concurrency: null };
/** By then another replica's rebuild is over. */
const REBUILT_MS = 2_000;
/** Answers to one request for admission that order something else first. */
const MAX_ROUNDS = 6;
/** A clock that is off by less changes nothing. */
const OFFSET_MS = 50;

/** Answers by counters that are there. */
const VERDICTS: ReadonlySet<ReserveReply["kind"]> = new Set(["admitted", "refused", "limited", "duplicate"]);

/** Builds the engine on a store. One per process. */
export function createQuota(deps: QuotaDeps): QuotaEngine {
  const book = createHoldBook();
  const lines = createWaitingLines<QuotaResult>(deps.clock);
  const running = createRunningRequests({
    ...deps,
    onLeft: ({ userId, requestId }) => degraded.rates.leave(userId, requestId),
  });
  const degraded = createDegradedAdmission({ ...deps, runningOf: running.ofUser });
  const ends = createHoldEnds({ ...deps, book, degraded, onEnded: (userId) => lines.wake(userId) });
  const bring = createBringUser({
    ...deps,
    book,
    ttlMs: HOLD_TTL_MS,
    onBrought(event) {
      deps.onBrought(event);
      if (event.kind === "rebuild") ends.retell(event.userId);
    },
  });
  const engine: QuotaParts = {
    deps,
    book,
    ends,
    bring,
    degraded,
    lines,
    watch: createDomainWatch(),
    running,
    told: new WeakSet(),
    offsetMs: 0,
  };
  return {
    reserve: (ask) => reserve(ask, engine),
    settle: (hold, actual, hasFinished) => ends.settle(hold, actual, hasFinished),
    leave: (requestId) => engine.running.leave(requestId),
    beat: () => engine.running.beat(),
    void: (hold) => ends.void(hold),
    follow: (hold, ceilingNanoUsd) => book.follow(hold.id, ceilingNanoUsd),
    now: () => deps.clock.now() + engine.offsetMs,
    book,
    ends,
    bring,
    degraded,
    waiting: lines.waiting,
    holdsFor(userId) {
      book.forgetAnswers(userId);
      deps.clock.after(REBUILT_MS, () => ends.retell(userId));
      return book.ofUser(userId).map((booked) => openHoldOf(booked, deps.replica, deps.clock.now() + HOLD_TTL_MS));
    },
  };
}

function reserve(ask: QuotaAsk, engine: QuotaParts): QuotaResult | Promise<QuotaResult> {
  const at = engine.deps.clock.now() + engine.offsetMs;
  const resolution = ask.plan.resolve(ask.target, at);
  if (resolution.blockedBy !== null) return { kind: "blocked", cell: resolution.blockedBy, resolution, at };
  if (isUncounted(ask, resolution)) return admitUncounted(ask, resolution, engine);
  const asked = askOf(ask, resolution, engine);
  const busy = engine.lines.busyBucket(asked.sent.userId, asked.sent.buckets);
  if (busy !== null) return wait(asked, { bucket: busy, refusal: null }, engine);
  return askStore(asked, engine, MAX_ROUNDS);
}

function measuredRates(asked: QuotaRates | undefined, lines: readonly RateLine[] | undefined): Refusal["rates"] {
  return asked === undefined || lines === undefined ? undefined : { counters: asked.counters, lines };
}

/** Neither a limit nor a rate counts the request: no call of the store is made. */
function isUncounted({ rates }: QuotaAsk, { buckets }: Resolution): boolean {
  return buckets.length === 0 && rates === undefined;
}

/** Asks once; what no answer says is asked again with the same id, then the failure policy decides (quota.md Q55). */
function askStore(asked: Asked, engine: QuotaParts, rounds: number): QuotaResult | Promise<QuotaResult> {
  if (engine.degraded.isAway()) return decideUnasked(asked, engine);
  if (engine.running.areUntold()) return askToldStore(asked, engine, rounds);
  const { store } = engine.deps;
  try {
    const reply = store.reserve(asked.sent);
    if (!(reply instanceof Promise)) return judge(asked, reply, { engine, rounds });
    return reply
      .catch(() => store.reserve(asked.sent))
      .then(
        (answer) => judge(asked, answer, { engine, rounds }),
        (error) => unanswered(asked, error, engine),
      );
  } catch (error) {
    return unanswered(asked, error, engine);
  }
}

/** Who runs by this replica's own share takes its place first (channels-and-rates.md L21, A11). */
async function askToldStore(asked: Asked, engine: QuotaParts, rounds: number): Promise<QuotaResult> {
  try {
    await engine.running.beat();
  } catch (error) {
    engine.deps.onFault({ kind: "store", error });
    engine.degraded.lost();
    return decideUnasked(asked, engine);
  }
  return askStore(asked, engine, rounds);
}

function unanswered(asked: Asked, error: unknown, engine: QuotaParts): QuotaResult | Promise<QuotaResult> {
  engine.deps.onFault({ kind: "store", error });
  engine.degraded.lost();
  return decideAlone(asked, engine);
}

/** What is not admitted here may be held there: it is voided once the store answers. */
async function decideAlone(asked: Asked, engine: QuotaParts): Promise<QuotaResult> {
  const result = await decideUnasked(asked, engine);
  if (result.kind !== "admitted") engine.ends.voidUnknown(asked.sent);
  return result;
}

/** The counters learn of an admission by its end. */
async function decideUnasked(asked: Asked, engine: QuotaParts): Promise<QuotaResult> {
  const at = engine.deps.clock.now() + engine.offsetMs;
  const result = await engine.degraded.decide({ ...asked, at });
  if (result.kind === "admitted") opened(asked, result.hold, engine);
  return result;
}

type Rounds = { readonly engine: QuotaParts; readonly rounds: number };

function judge(asked: Asked, reply: ReserveReply, { engine, rounds }: Rounds): QuotaResult | Promise<QuotaResult> {
  engine.degraded.answered(VERDICTS.has(reply.kind) ? asked.sent.userId : null);
  switch (reply.kind) {
    case "admitted":
      return admitted(asked, reply, engine);
    case "refused": {
      const { reason, bucket, lines, at } = reply;
      const refusal = {
        ...{ kind: "refused" as const, reason, bucket, lines, at, asks: asked.sent.buckets },
        rates: measuredRates(asked.ask.rates, reply.rates),
      };
      const result = { ...refusal, resolution: asked.resolution };
      if (reason !== "contended" || asked.isWaiting) return result;
      return wait(asked, { bucket: asked.sent.buckets[bucket]?.id ?? "", refusal: result }, engine);
    }
    case "limited": {
      const { rates: found, ...refusal } = reply;
      return { ...refusal, lines: found, rates: asked.ask.rates ?? NO_RATES };
    }
    case "duplicate":
      return duplicate(asked, reply, engine);
    case "rebuild":
    case "fill":
    case "stale_window":
      return putRight(asked, reply, { engine, rounds });
  }
}

function admitted(
  asked: Asked,
  { at, lines, rates, epoch, sequence }: Extract<ReserveReply, { kind: "admitted" }>,
  engine: QuotaParts,
): QuotaResult {
  const off = at - engine.deps.clock.now();
  if (Math.abs(off - engine.offsetMs) > OFFSET_MS) engine.offsetMs = off;
  engine.degraded.policy.remember(asked.sent.buckets, lines);
  const buckets = held(asked.sent.buckets, (index) => lines[index]?.slot ?? 0);
  const hold = holdOf({ ...asked, buckets, record: asked.sent.record }, { at, lines, rates });
  opened(asked, hold, engine);
  if (engine.deps.isShared && !engine.watch.continues(hold.userId, epoch, sequence)) void mendRollback(asked, engine);
  return { kind: "admitted", hold };
}

function opened({ ask }: Asked, hold: Hold, { book, running }: QuotaParts): void {
  if (hold.buckets.length > 0 || hold.rates !== undefined) book.open(hold);
  if (ask.rates?.concurrency) running.begin(hold, !hold.failOpen);
}

/** The counters went back in time: they are rebuilt from the ledger and the open holds, this one among them. */
async function mendRollback({ ask, sent }: Asked, { deps, bring, offsetMs }: QuotaParts): Promise<void> {
  const { plan } = ask;
  try {
    await bring.rebuild({ userId: sent.userId, plan, config: sent.config, at: deps.clock.now() + offsetMs });
  } catch (error) {
    deps.onFault({ kind: "history", error });
  }
}

/** The first answer was lost: the hold is there. One that has ended means that our own void came first. */
function duplicate(asked: Asked, reply: Extract<ReserveReply, { kind: "duplicate" }>, engine: QuotaParts): QuotaResult {
  const { at, slots, state } = reply;
  if (state !== "open" && state !== "limbo")
    return { kind: "unavailable", resolution: asked.resolution, bucket: 0, at };
  const buckets = held(asked.sent.buckets, (index) => slots[index] ?? 0);
  const hold = holdOf({ ...asked, buckets, record: asked.sent.record }, { at, lines: null });
  opened(asked, hold, engine);
  return { kind: "admitted", hold };
}

/** Brings the counters or our clock in line, then asks again. */
async function putRight(
  asked: Asked,
  reply: Extract<ReserveReply, { kind: "rebuild" | "fill" | "stale_window" }>,
  { engine, rounds }: Rounds,
): Promise<QuotaResult> {
  const { deps, bring } = engine;
  const { ask, sent } = asked;
  if (rounds === 0) return decideAlone(asked, engine);
  try {
    const at = deps.clock.now() + engine.offsetMs;
    const whose = { userId: sent.userId, plan: ask.plan, config: sent.config, at };
    if (reply.kind === "rebuild") await bring.rebuild(whose);
    else if (reply.kind === "fill") await bring.fill(whose, reply.known);
    else engine.offsetMs = reply.at - deps.clock.now();
  } catch (error) {
    deps.onFault({ kind: "history", error });
    return decideAlone(asked, engine);
  }
  const resolution = ask.plan.resolve(ask.target, deps.clock.now() + engine.offsetMs);
  if (isUncounted(ask, resolution)) return admitUncounted(ask, resolution, engine);
  return askStore({ ...askOf(ask, resolution, engine), isWaiting: asked.isWaiting }, engine, rounds - 1);
}

type Room = { readonly bucket: string; readonly refusal: QuotaResult | null };

/** Waits behind the others of the bucket (quota.md Q35). */
async function wait(asked: Asked, { bucket, refusal }: Room, engine: QuotaParts): Promise<QuotaResult> {
  const { ask, sent } = asked;
  const turn = async (): Promise<Turn<QuotaResult>> => {
    const resolution = ask.plan.resolve(ask.target, engine.deps.clock.now() + engine.offsetMs);
    if (isUncounted(ask, resolution)) return { isOver: true, result: admitUncounted(ask, resolution, engine) };
    const result = await askStore({ ...askOf(ask, resolution, engine), isWaiting: true }, engine, MAX_ROUNDS);
    if (result.kind !== "refused" || result.reason !== "contended") return { isOver: true, result };
    return { isOver: false, bucket: result.asks[result.bucket]?.id ?? "", result };
  };
  const limited = refusal === null ? await limitedNow(asked, engine.deps) : null;
  if (limited !== null) return limited;
  const turnedAway = refusal ?? (await contendedNow(asked, bucket, engine.deps));
  if (turnedAway === null) return askStore({ ...asked, isWaiting: true }, engine, MAX_ROUNDS);
  const waiting = engine.lines.wait(
    {
      userId: sent.userId,
      buckets: sent.buckets.map(({ id }) => id),
      bucket,
      refusal: turnedAway,
      ask: turn,
      drop(result) {
        if (result.kind !== "admitted") return;
        engine.ends.void(result.hold);
        engine.running.leave(result.hold.requestId);
      },
    },
    { kind: "gone" },
  );
  ask.onWait(waiting.leave);
  return waiting.result;
}
