import type { Clock } from "@/lib/clock";
import { bareAsk } from "./bare-ask";
import type { BringUser } from "./bring-user";
import type { LimitPlan } from "./limit-plans";
import type { DomainConfig, QuotaStore } from "./quota-store";
import { allBuckets } from "./resolve-limits";
import { seedAskOf } from "./seed-ask";
import type { UsageHistory } from "./usage-history";

/** A user as one of its keys sees the limits. */
export type Checked = { readonly plan: LimitPlan; readonly config: DomainConfig };

/** What comparing counters with the ledger works with. */
export type DriftDeps = {
  readonly store: QuotaStore;
  readonly history: UsageHistory;
  readonly bring: BringUser;
  readonly clock: Clock;
  /** Limits of a user by each of its keys; empty when the user is gone. */
  limitsOf(userId: number): Promise<readonly Checked[]>;
  /** Users with recent usage, drawn at random. */
  sample(count: number): Promise<readonly number[]>;
  onDrift(amount: number): void;
};

/** What differs from the ledger: the largest difference over the buckets, in their units. */
export type Drift = { readonly userId: number; readonly amount: number };

/** Compares counters with the ledger (quota.md Q51). */
export type DriftCheck = {
  /** These users are looked at in the next check, whoever is drawn. */
  suspect(userIds: readonly number[]): void;
  /** Looks at the suspects and at `count` others; counters that differ twice are rebuilt. */
  check(count: number): Promise<readonly Drift[]>;
  /** Compares one user now, and rebuilds it if it differs twice. */
  checkUser(userId: number): Promise<Drift>;
};

const QUIET_MS = 2_000;
/** A user who is never quiet is rebuilt after this long. */
const BUSY_MS = 900_000;

type Finding = "even" | "busy" | number;

/** A check without suspects. */
export function createDriftCheck(deps: DriftDeps): DriftCheck {
  const listed = new Map<number, number>();
  const checkUser = async (userId: number): Promise<Drift> => {
    const since = listed.get(userId) ?? deps.clock.now();
    const found: Finding[] = [];
    for (const one of await deps.limitsOf(userId)) found.push(await checkOne(one, since, deps));
    if (found.includes("busy")) listed.set(userId, since);
    else listed.delete(userId);
    return { userId, amount: Math.max(0, ...found.filter((amount) => typeof amount === "number")) };
  };
  return {
    suspect(userIds) {
      for (const userId of userIds) if (!listed.has(userId)) listed.set(userId, deps.clock.now());
    },
    async check(count) {
      const users = new Set([...listed.keys(), ...(await deps.sample(count))]);
      const found: Drift[] = [];
      for (const userId of users) found.push(await checkUser(userId));
      return found.filter(({ amount }) => amount > 0);
    },
    checkUser,
  };
}

/** A user who is busy since long ago is rebuilt without a finding. */
async function checkOne(checked: Checked, since: number, deps: DriftDeps): Promise<Finding> {
  const first = await compare(checked, deps);
  const second = first === "even" ? first : await later(deps.clock, () => compare(checked, deps));
  if (second === "busy" && deps.clock.now() - since < BUSY_MS) return "busy";
  const amount = typeof second === "number" ? second : 0;
  deps.onDrift(amount);
  const { userId } = checked.plan.caller;
  if (second !== "even") await deps.bring.rebuild({ userId, ...checked, at: deps.clock.now() });
  return amount;
}

/** The largest difference between a quiet user's counters and the ledger; counters that are not there have none. */
async function compare({ plan, config }: Checked, { store, history, clock }: DriftDeps): Promise<Finding> {
  const { userId } = plan.caller;
  const buckets = allBuckets(plan, clock.now());
  if (buckets.length === 0) return "even";
  const asks = buckets.map(bareAsk);
  const before = await store.peek({ userId, config, buckets: asks });
  if (before === null) return "even";
  const { seeds } = await history.read({ userId, buckets: buckets.map(seedAskOf), at: before.at });
  const after = await store.peek({ userId, config, buckets: asks });
  if (after === null) return "even";
  const isQuiet = after.lines.every(
    ({ settled, held, worst }, index) => held === 0 && worst === 0 && settled === before.lines[index]?.settled,
  );
  if (!isQuiet) return "busy";
  const largest = Math.max(
    ...seeds.map(({ settled }, index) => Math.abs(settled - (after.lines[index]?.settled ?? 0))),
  );
  return largest === 0 ? "even" : largest;
}

function later<T>(clock: Clock, run: () => Promise<T>): Promise<T> {
  return new Promise<void>((resolve) => clock.after(QUIET_MS, resolve)).then(run);
}
