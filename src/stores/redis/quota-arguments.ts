import { isRunning } from "@/core/quota/fill-domain";
import type {
  BucketAsk,
  BucketKind,
  BucketRef,
  DomainConfig,
  EndAsk,
  FillAsk,
  OpenHold,
  Seed,
} from "@/core/quota/quota-store";
import type { RateAsk, RatesAsk } from "@/core/quota/rate-ask";
import type { DomainKeys } from "./redis-keys";

/** How the scripts name the kinds. */
export const KIND_LETTERS = { calendar: "C", fixed: "F", rolling: "R", total: "T" } as const satisfies Record<
  BucketKind,
  string
>;

type Argument = string | number;

/** One argument per bucket that is to be judged: `kind p1 p2 id cap est worst mode`. */
export function askArguments(buckets: readonly BucketAsk[]): readonly string[] {
  return buckets.map(
    ({ id, kind, start, end, cap, est, worst, enforcement }) =>
      `${KIND_LETTERS[kind]} ${start} ${end} ${id} ${cap} ${est} ${worst} ${enforcement}`,
  );
}

/** One line per counter of requests: `W | B metric limit burst period id`. */
export function rateLines(counters: readonly RateAsk[]): string {
  return counters
    .map(({ id, metric, limit, burst, periodMs }) =>
      burst === null ? `W ${metric} ${limit} 0 ${periodMs} ${id}` : `B ${metric} ${limit} ${burst} ${periodMs} ${id}`,
    )
    .join("\n");
}

/** The same, then `R cap-of-user cap-of-key key-id request-id` where requests at once are capped; nothing: neither applies. */
export function ratesArgument(rates: RatesAsk | undefined): string {
  if (rates === undefined) return "";
  const { counters, concurrency } = rates;
  const lines = rateLines(counters);
  if (concurrency === null) return lines;
  const { user, key, keyId, requestId } = concurrency;
  return `${lines}\nR ${user ?? "-"} ${key ?? "-"} ${keyId} ${requestId}`;
}

/** One argument per bucket of a hold that ends: `kind p1 p2 id slot actual`. */
export function endArguments({ buckets, actual }: EndAsk, isSettled: boolean): readonly string[] {
  return buckets.map(
    ({ id, kind, start, end, slot }, at) =>
      `${KIND_LETTERS[kind]} ${start} ${end} ${id} ${slot} ${isSettled ? actual[at] : 0}`,
  );
}

/** Version, fingerprint of the user axis, key id, fingerprint of the key axis. */
export function configArguments({ version, user, keyId, key }: DomainConfig): readonly Argument[] {
  return [version, user, keyId, key];
}

/** The same with the definitions of each axis as JSON. */
export function fillArguments({ config, definitions }: Pick<FillAsk, "config" | "definitions">): readonly Argument[] {
  const { version, user, keyId, key } = config;
  return [version, user, JSON.stringify(definitions.user), keyId, key, JSON.stringify(definitions.key)];
}

/** Keys that are named by number in a JSON argument. */
export type KeyList = {
  /** Number of a key, as Lua counts; one that is new goes to the end. */
  numberOf(key: string): number;
  list(): readonly string[];
};

/** A list that begins with `first`. */
export function keyList(first: readonly string[]): KeyList {
  const keys = [...first];
  const numbers = new Map<string, number>(keys.map((key, at) => [key, at + 1]));
  return {
    numberOf(key) {
      const known = numbers.get(key);
      if (known !== undefined) return known;
      keys.push(key);
      numbers.set(key, keys.length);
      return keys.length;
    },
    list: () => keys,
  };
}

/** Seeds as the scripts read them; those of fixed buckets that do not run say nothing. Amounts are strings, for Lua would round them. */
export function seedValues(seeds: readonly Seed[], names: { keys: KeyList; domain: DomainKeys }): readonly object[] {
  return seeds.filter(isRunning).map((seed) => ({
    ...refValue(seed, names),
    slot: seed.slot,
    settled: String(seed.settled),
    slices: seed.slices.map(([slot, settled]) => [slot, String(settled)]),
  }));
}

/** A hold as the scripts read it. Its key is numbered behind those of its buckets. */
export function holdValue(hold: OpenHold, names: { keys: KeyList; domain: DomainKeys }): object {
  const buckets = hold.buckets.map((bucket) => ({
    ...refValue(bucket, names),
    slot: bucket.slot,
    est: String(bucket.est),
    worst: String(bucket.worst),
  }));
  return {
    ...{ k: names.keys.numberOf(names.domain.hold(hold.holdId)), id: hold.holdId, replica: hold.replica },
    ...{ at: String(hold.at), expires: String(hold.expiresAt), record: hold.record },
    ...{ ceiling: String(hold.ceilingNanoUsd), buckets },
    ...(hold.rates === undefined ? {} : { rates: rateLines(hold.rates) }),
  };
}

function refValue(ref: BucketRef, { keys, domain }: { keys: KeyList; domain: DomainKeys }): object {
  const { id, kind, start, end } = ref;
  return { k: keys.numberOf(domain.bucket(ref)), kind: KIND_LETTERS[kind], p1: start, p2: end, id };
}
