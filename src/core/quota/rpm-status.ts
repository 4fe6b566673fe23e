import type { LimitPlan } from "./limit-plans";
import type { QuotaStore } from "./quota-store";
import type { RateLine } from "./rate-ask";
import type { RateRow } from "./rate-row";
import { type RateCounter, type RateTarget, resolveRates } from "./resolve-rates";

/**
 * Where one rate per minute stands, by the counter that enforces it: as many requests as `limit - used`, none when that is negative, pass at
 * once now.
 */
export type RpmStanding = {
  /** Requests of the last minute in a window, those that have not come back in a bucket (R6); null: the counters do not answer. */
  readonly used: number | null;
  /** Most requests that pass at once: N of a window, `burst` of a bucket; null: unlimited, and `used` is that of the rate that counts. */
  readonly limit: number | null;
};

/** The rate of one group of a user. */
export type GroupRpm = RpmStanding & {
  readonly groupId: number;
  readonly groupName: string;
  readonly source: "group" | "override" | "exempt" | "none";
};

/** The rate that decides. */
export type EffectiveRpm = {
  readonly limit: number | null;
  /** Requests that pass at once now; null: unlimited, or the counters do not answer. */
  readonly remaining: number | null;
  readonly source: "user" | "group" | "override" | "default" | "none";
  readonly groupId: number | null;
  /** Whole seconds, 0: a request would pass now; null: the counters do not answer. */
  readonly retryAfterSeconds: number | null;
};

/** Where a user stands with requests per minute (channels-and-rates.md R14). Reading it consumes nothing. */
export type RpmStatus = {
  readonly available: boolean;
  /** Epoch ms. */
  readonly at: number;
  readonly user: RpmStanding;
  /** All groups of the user. */
  readonly groups: readonly GroupRpm[];
  readonly effective: EffectiveRpm;
  /** Rates of one model group or model; exactly one of both is set. */
  readonly targets: readonly (Pick<RateTarget, "modelGroupId"> & { readonly model: string | null } & EffectiveRpm &
    RpmStanding)[];
};

/** What reading it works with. */
export type RpmStatusDeps = {
  readonly store: Pick<QuotaStore, "readRates">;
  /** Epoch ms. */
  now(): number;
  onFault(fault: { readonly kind: "store"; readonly error: unknown }): void;
};

const ALL: RateTarget = { modelGroupId: null, model: "" };

/** Reads the counters that enforce, in one call. */
export async function readRpmStatus({ caller, rules }: LimitPlan, deps: RpmStatusDeps): Promise<RpmStatus> {
  const perUser = { ...caller, rates: caller.rates.filter(({ metric, keyId }) => metric === "rpm" && keyId === null) };
  const countersOf = (asked: RateTarget, target: RateCounter["target"]) =>
    resolveRates(perUser, rules, asked).filter((one) => one.metric === "rpm" && one.target === target);
  const shared = windowOf(caller.userId);
  const forAll = countersOf(ALL, "all");
  const targets = targetsOf(perUser.rates).map(({ modelGroupId, model }) => ({
    ...{ modelGroupId, model },
    counters: countersOf({ modelGroupId, model: model ?? "" }, model === null ? "group" : "model"),
  }));
  const asked = [shared, ...forAll, ...targets.flatMap(({ counters }) => counters)];
  const read = await readLines(caller.userId, asked, deps);
  const lineOf = (counter: Pick<RateCounter, "id">) => read.lines?.get(counter.id) ?? null;
  const counted = forAll.find(({ burst }) => burst === null) ?? forAll[0] ?? shared;
  const standingOf = (row: RateRow | undefined): RpmStanding => {
    const bucket = row?.burst == null ? undefined : forAll.find(({ rowId }) => rowId === row.id);
    const counter = bucket ?? (row?.amount == null ? counted : shared);
    return { used: lineOf(counter)?.used ?? null, limit: bucket?.burst ?? row?.amount ?? null };
  };
  return {
    available: read.lines !== null,
    at: read.at,
    user: standingOf(perUser.rates.find(isForAll("user"))),
    groups: caller.userGroups.map(({ id, name }) => {
      const { row, source } = rateOfGroup(perUser.rates, id);
      return { groupId: id, groupName: name, ...standingOf(row), source };
    }),
    effective: effectiveOf(forAll, lineOf).effective,
    targets: targets.map(({ counters, ...target }) => {
      const { effective, used } = effectiveOf(counters, lineOf);
      return { ...target, ...effective, used };
    }),
  };
}

/** The one window of all rates over all models of a user, whether a rate applies or not. */
function windowOf(userId: number) {
  return { id: `u${userId}:rpm:all:60000`, metric: "rpm", limit: 1, burst: null, periodMs: 60_000 } as const;
}

async function readLines(
  userId: number,
  counters: readonly Parameters<QuotaStore["readRates"]>[1][number][],
  { store, now, onFault }: RpmStatusDeps,
): Promise<{ readonly at: number; readonly lines: ReadonlyMap<string, RateLine> | null }> {
  try {
    const { at, lines } = await store.readRates(userId, counters);
    return { at, lines: new Map(counters.map(({ id }, index) => [id, lines[index] as RateLine])) };
  } catch (error) {
    onFault({ kind: "store", error });
    return { at: now(), lines: null };
  }
}

const isForAll =
  (subject: RateRow["subjectType"], userGroupId: number | null = null) =>
  (row: RateRow): boolean =>
    row.subjectType === subject && row.userGroupId === userGroupId && row.modelGroupId === null && row.model === null;

function rateOfGroup(
  rates: readonly RateRow[],
  id: number,
): { readonly row: RateRow | undefined; readonly source: GroupRpm["source"] } {
  const own = rates.find(isForAll("override", id));
  if (own !== undefined) return { row: own, source: own.amount === null ? "exempt" : "override" };
  const row = rates.find(isForAll("user_group", id));
  return { row, source: row === undefined ? "none" : "group" };
}

function targetsOf(rates: readonly RateRow[]) {
  const named = rates.filter(({ modelGroupId, model }) => modelGroupId !== null || model !== null);
  return [...new Map(named.map((row) => [JSON.stringify([row.modelGroupId, row.model]), row])).values()];
}

/** The counter with least left decides, and has used so much; the wait is the longest of all. */
function effectiveOf(
  counters: readonly RateCounter[],
  lineOf: (counter: RateCounter) => RateLine | null,
): { readonly effective: EffectiveRpm; readonly used: number | null } {
  const known = counters.map((counter) => {
    const line = lineOf(counter);
    const cap = counter.burst ?? counter.limit;
    return {
      counter,
      cap,
      used: line?.used ?? null,
      remaining: line === null ? null : Math.max(0, cap - line.used),
      waitMs: line?.waitMs ?? null,
    };
  });
  const [tightest] = known.toSorted((a, b) => (a.remaining ?? a.cap) - (b.remaining ?? b.cap));
  if (tightest === undefined) return { effective: UNLIMITED, used: null };
  const waits = known.map(({ waitMs }) => waitMs);
  const effective: EffectiveRpm = {
    ...{ limit: tightest.cap, remaining: tightest.remaining, groupId: tightest.counter.userGroupId },
    source: tightest.counter.source === "key" ? "none" : tightest.counter.source,
    retryAfterSeconds: waits.includes(null) ? null : Math.ceil(Math.max(...waits.map(Number)) / 1_000),
  };
  return { effective, used: tightest.used };
}

const UNLIMITED: EffectiveRpm = { limit: null, remaining: null, source: "none", groupId: null, retryAfterSeconds: 0 };
