import { buildCaller } from "@test/build-caller";
import { buildLimit, buildQuota } from "@test/build-quota";
import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import { memoryQuotaStore } from "@/stores/memory/quota-store";
import { DEFAULT_SETTINGS } from "../settings/settings";
import type { LimitUnit, LimitWindow } from "../vocabulary";
import { asksFor } from "./asks-for";
import type { Demand } from "./hold";
import type { BoostRow, LimitRow } from "./limit";
import type { LimitCell, LimitedCaller } from "./limit-cell";
import { createLimitPlans } from "./limit-plans";
import type { QuotaStore } from "./quota-store";
import { allBuckets, type ResolvedBucket } from "./resolve-limits";
import { createWindows } from "./window";

/*
 * The examples of quota.md section 2. Subjects: `P` the user, `A` `B` its groups, `C` another group, `K` the key. Targets: `G` the group of the
 * requested model, `*` global. Amounts in USD unless a unit is named; daily unless a window is named.
 */
const AT = Date.parse("2026-11-21T12:00:00Z");
const USD = 1_000_000_000;
const GROUP_IDS: Readonly<Record<string, number>> = { A: 1, B: 2, C: 3 };
const MODEL_GROUP = 12;
const CALL: Demand = {
  est: { usd: 0.5 * USD, tokens: 1_000, requests: 1 },
  worst: { usd: USD, tokens: 2_000, requests: 1 },
  strictWorst: { usd: USD, tokens: 2_000, requests: 1 },
};

type Example = {
  readonly rows: string;
  /** Settled, or settled/held/worst, by axis and target. */
  readonly before?: string;
  readonly boosts?: string;
  /** Instant of the call. */
  readonly at?: number;
  readonly hasGroup?: false;
  readonly modelGroupLimits?: false;
  readonly buckets: string;
  /** Flags of the user and the key. */
  readonly counted: string;
  readonly outcome: string;
};

const none = "";
const BOOST = { from: AT - 3_600_000, to: AT + 3_600_000 };

const EXAMPLES: Readonly<Record<string, Example>> = {
  E1: { rows: none, buckets: none, counted: "t/t", outcome: "admitted" },
  E2: { rows: "P * 10", before: "user * 9.50", buckets: "user * 10 (P)", counted: "t/t", outcome: "admitted" },
  E3: { rows: "P * 10", before: "user * 9.51", buckets: "user * 10 (P)", counted: "t/t", outcome: "too_large" },
  E4: {
    ...{ rows: "P * 10; A * 30", before: "user * 12", buckets: "user * 30 (A > P)" },
    ...{ counted: "t/t", outcome: "admitted" },
  },
  E5: {
    ...{ rows: "A G 30; P * 10", before: "user G 12; user * 10", buckets: "user G 30 (A)" },
    ...{ counted: "f/t", outcome: "admitted" },
  },
  E6: {
    ...{ rows: "A G 30; P * 10", before: "user * 10", hasGroup: false, buckets: "user * 10 (P)" },
    ...{ counted: "t/t", outcome: "exhausted" },
  },
  E7: {
    ...{ rows: "A G 30; B G 50", before: "user G 49", buckets: "user G 50 (B > A)" },
    ...{ counted: "f/t", outcome: "admitted" },
  },
  E8: {
    ...{ rows: "B G 30; A G 30", before: "user G 30", buckets: "user G 30 (A > B)" },
    ...{ counted: "f/t", outcome: "exhausted" },
  },
  E9: {
    ...{ rows: "A G 30; P G 30", before: "user G 29/0.5/1", buckets: "user G 30 (P > A)" },
    ...{ counted: "f/t", outcome: "contended" },
  },
  E10: {
    ...{ rows: "A G unlimited; P G 5; P * 10", before: "user * 10", buckets: none },
    ...{ counted: "f/t", outcome: "admitted" },
  },
  E11: { rows: "P G block; A G 100", buckets: none, counted: "f/t", outcome: "blocked by P > A" },
  E12: { rows: "A G block", buckets: none, counted: "f/t", outcome: "blocked by A" },
  E13: {
    ...{ rows: "A G block; B G 20", before: "user G 19", buckets: "user G 20 (B > A)" },
    ...{ counted: "f/t", outcome: "admitted" },
  },
  E14: {
    ...{ rows: "P G block daily; A G 100 monthly", buckets: "user G 100 monthly (A)" },
    ...{ counted: "f/t", outcome: "blocked by P" },
  },
  E15: {
    ...{ rows: "P * block; P G 5", before: "user G 1", buckets: "user G 5 (P)" },
    ...{ counted: "f/t", outcome: "admitted" },
  },
  E16: {
    ...{ rows: "P * block; P G 5", hasGroup: false, buckets: none },
    ...{ counted: "t/t", outcome: "blocked by P" },
  },
  E17: {
    ...{ rows: "A G 5 daily; P G 10 weekly", before: "user G 9.90 weekly; user G 1 daily" },
    ...{ buckets: "user G 10 weekly (P); user G 5 (A)", counted: "f/t", outcome: "too_large (weekly)" },
  },
  E18: {
    ...{ rows: "A G unlimited daily; B G 9 daily; B G 40 weekly", before: "user G 39 weekly" },
    ...{ buckets: "user G 40 weekly (B)", counted: "f/t", outcome: "admitted" },
  },
  E19: {
    ...{ rows: "K G 2; P * 20", before: "key G 1.50; user * 19", buckets: "user * 20 (P); key G 2 (K)" },
    ...{ counted: "t/f", outcome: "admitted" },
  },
  E20: {
    ...{ rows: "K G 2; P G 1", before: "key G 0.20; user G 1", buckets: "user G 1 (P); key G 2 (K)" },
    ...{ counted: "f/f", outcome: "exhausted (user)" },
  },
  E21: {
    ...{ rows: "K * 50; P * 20", before: "key * 50; user * 3", buckets: "user * 20 (P); key * 50 (K)" },
    ...{ counted: "t/t", outcome: "exhausted (key)" },
  },
  E22: {
    ...{ rows: "K G unlimited; K * 1; P * 20", before: "key * 1; user * 3", buckets: "user * 20 (P)" },
    ...{ counted: "t/f", outcome: "admitted" },
  },
  E23: { rows: "K * block; P G unlimited", buckets: none, counted: "f/t", outcome: "blocked by K" },
  E24: {
    ...{ rows: "A G 100 requests; P * 10", before: "user G 99 requests; user * 10" },
    ...{ buckets: "user G 100 requests (A)", counted: "f/t", outcome: "admitted" },
  },
  E25: {
    ...{ rows: "A G 5; P G 1000000 tokens total", before: "user G 999500 tokens total; user G 1" },
    ...{ buckets: "user G 1000000 tokens total (P); user G 5 (A)", counted: "f/t", outcome: "too_large (tokens)" },
  },
  E26: {
    ...{ rows: "C G 5; P * 10", before: "user * 2", buckets: "user * 10 (P)" },
    ...{ counted: "t/t", outcome: "admitted" },
  },
  E27: {
    ...{ rows: "A G 30", boosts: "G 5", at: BOOST.from, before: "user G 34", buckets: "user G 35 (A)" },
    ...{ counted: "f/t", outcome: "admitted" },
  },
  E28: {
    ...{ rows: "A G 30", boosts: "G 5", at: BOOST.to, before: "user G 34", buckets: "user G 30 (A)" },
    ...{ counted: "f/t", outcome: "exhausted" },
  },
  E29: {
    ...{ rows: "P * 10", boosts: "G 5", before: "user * 10", buckets: "user * 10 (P)" },
    ...{ counted: "t/t", outcome: "exhausted" },
  },
  E30: { rows: "P G block", boosts: "G 5", buckets: none, counted: "f/t", outcome: "blocked by P" },
  E31: {
    ...{ rows: "P G 4; K G 2", boosts: "G 6; G 6", before: "user G 4; key G 2" },
    ...{ buckets: "user G 16 (P); key G 2 (K)", counted: "f/f", outcome: "exhausted (key)" },
  },
  E32: {
    ...{ rows: "A G 30; P * 10", modelGroupLimits: false, before: "user * 4", buckets: "user * 10 (P)" },
    ...{ counted: "t/t", outcome: "admitted" },
  },
  E34: {
    ...{ rows: "A G 30 rolling; P G 10 calendar", before: "user G 29.80", buckets: "user G 30 rolling (A > P)" },
    ...{ counted: "f/t", outcome: "too_large" },
  },
  E35: { rows: "P G 10 strict", before: "user G 9.20", buckets: "user G 10 (P)", counted: "f/t", outcome: "too_large" },
  E36: {
    ...{ rows: "P G 10 lenient", before: "user G 9.20/0.30/2", buckets: "user G 10 (P)" },
    ...{ counted: "f/t", outcome: "admitted" },
  },
  E37: {
    ...{ rows: "P G 10 balanced", before: "user G 9.20/0.30/2", buckets: "user G 10 (P)" },
    ...{ counted: "f/t", outcome: "contended" },
  },
  E38: {
    ...{ rows: "P G 10 shadow", before: "user G 12", buckets: "user G 10 (P)" },
    ...{ counted: "f/t", outcome: "admitted, would deny exhausted" },
  },
};

describe("the examples of quota.md section 2", () => {
  test.each(Object.entries(EXAMPLES))("%s", async (_name, example) => {
    const scene = sceneOf(example);
    const { resolution } = scene;
    const { userGlobal, keyGlobal } = resolution.counted;
    expect({
      buckets: resolution.buckets.map(spoken).join("; "),
      counted: `${userGlobal ? "t" : "f"}/${keyGlobal ? "t" : "f"}`,
      outcome: await outcomeOf(scene, listOf(example.before)),
    }).toEqual({ buckets: example.buckets, counted: example.counted, outcome: example.outcome });
  });

  test("E33: with the store down and open failure, split and global buckets are asked and charged, and the flags are true", async () => {
    const clock = fakeClock("2026-11-21T12:00:00Z");
    const known: Readonly<Record<string, number>> = { 12: 12 * USD, 0: 4 * USD };
    const quota = buildQuota({
      clock,
      store: rejectingStore(),
      history: {
        read: async ({ buckets }) => ({
          seeds: buckets.map((bucket) => ({
            ...bucket,
            slot: 0,
            settled: known[bucket.modelGroupId] ?? 0,
            slices: [],
          })),
          closed: [],
        }),
      },
    });
    const { plan } = sceneOf({ rows: "A G 30; P * 100", buckets: none, counted: none, outcome: none });
    const result = await quota.reserve({
      ...{ requestId: "request", no: 1, plan, callerVersion: 1, rules: DEFAULT_SETTINGS },
      target: { modelGroupId: MODEL_GROUP, isFree: false },
      demand: () => CALL,
      record: () => "",
      onWait() {},
    });
    if (result.kind !== "admitted") throw new Error(`expected an admission, not ${result.kind}`);
    const { hold } = result;
    expect(hold.resolution.buckets.map(spoken)).toEqual(["user G 30 (A)", "user * 100 (P)"]);
    expect(hold.buckets.map(({ est }) => est)).toEqual([0.5 * USD, 0.5 * USD]);
    expect([hold.counted, hold.failOpen]).toEqual([{ userGlobal: true, keyGlobal: true }, true]);
  });
});

function sceneOf(example: Example) {
  const { rows, boosts, at = AT, hasGroup = true, modelGroupLimits = true } = example;
  const caller = callerOf(listOf(rows).map(limitOf), listOf(boosts).map(boostOf));
  const plan = createLimitPlans(createWindows).planOf(caller, { ...DEFAULT_SETTINGS, modelGroupLimits });
  const target = { modelGroupId: hasGroup ? MODEL_GROUP : null, isFree: false };
  return { plan, at, resolution: plan.resolve(target, at) };
}

type Scene = ReturnType<typeof sceneOf>;

/** What the memory store answers, the counters of all cells being as they were before. */
async function outcomeOf({ plan, at, resolution }: Scene, before: readonly string[]): Promise<string> {
  const { blockedBy, buckets } = resolution;
  if (blockedBy !== null) return `blocked by ${winnerOf(blockedBy)}`;
  if (buckets.length === 0) return "admitted";
  const store = memoryQuotaStore({ clock: fakeClock(new Date(at).toISOString()), replica: "test" });
  const config = { version: 1, keyId: 3, user: plan.user.fingerprint, key: plan.key.fingerprint };
  const definitions = { user: plan.user.definitions, key: plan.key.definitions };
  const begun = await store.beginRebuild(7);
  const placed = before.map((text) => placedOf(text, allBuckets(plan, at), at));
  const seeds = placed.map(({ seed }) => seed);
  const base = { userId: 7, replica: "test", at, record: "", ceilingNanoUsd: 0, expiresAt: at + 45_000 };
  const holds = placed.map(({ held }, index) => ({ ...base, holdId: `open.${index}`, buckets: [held] }));
  const token = begun?.token ?? "";
  expect(await store.rebuild({ userId: 7, token, config, definitions, seeds, holds, closed: [] })).toBe(true);
  const asks = asksFor(buckets, CALL);
  const reply = store.reserve({ userId: 7, holdId: "r.1", ttlMs: 45_000, config, buckets: asks, record: "" });
  store.close();
  if (reply.kind === "refused") return `${reply.reason}${named(resolution, reply.bucket)}`;
  if (reply.kind !== "admitted") return reply.kind;
  const denied = reply.lines.find(({ verdict }) => verdict !== "fits");
  return denied === undefined ? "admitted" : `admitted, would deny ${denied.verdict}`;
}

/** Names the bucket of a refusal among several by what sets it apart. */
function named({ buckets }: Scene["resolution"], index: number): string {
  const cell = buckets[index]?.cell;
  const differs = (member: "axis" | "unit" | "window") =>
    new Set(buckets.map((bucket) => bucket.cell[member])).size > 1;
  if (cell === undefined || buckets.length === 1) return "";
  if (differs("axis")) return ` (${cell.axis})`;
  return differs("unit") ? ` (${cell.unit})` : ` (${cell.window})`;
}

function placedOf(text: string, buckets: readonly ResolvedBucket[], at: number) {
  const words = wordsOf(text);
  const found = buckets.find(
    ({ cell }) =>
      cell.axis === words.first &&
      cell.modelGroupId === words.modelGroupId &&
      cell.unit === words.unit &&
      cell.window === words.window,
  );
  if (found === undefined) throw new Error(`no bucket for ${text}`);
  const { id, kind, start, end } = found;
  const [settled = 0, held = 0, worst = 0] = words.value.split("/").map((amount) => amountOf(amount, words.unit));
  const slot = kind === "rolling" ? Math.floor(at / 1000 / start) : start;
  const ref = { id, kind, start, end, slot };
  const slices = kind === "rolling" ? [[slot, settled] as const] : [];
  return { seed: { ...ref, settled, slices }, held: { ...ref, est: held, worst } };
}

/** `user G 30 weekly (B > A)`: what `rows` and `before` are written in. */
function spoken({ cell, cap }: ResolvedBucket): string {
  const target = cell.modelGroupId === null ? "*" : "G";
  const unit = cell.unit === "usd" ? "" : ` ${cell.unit}`;
  const window = cell.window === "daily" ? "" : ` ${cell.window}`;
  const mode = cell.mode === "rolling" ? " rolling" : "";
  const amount = cell.unit === "usd" ? cap / USD : cap;
  return `${cell.axis} ${target} ${amount}${unit}${window}${mode} (${winnerOf(cell)})`;
}

function winnerOf({ winner, runnerUp }: LimitCell): string {
  return [winner, runnerUp].flatMap((row) => (row === null ? [] : [subjectOf(row)])).join(" > ");
}

function subjectOf({ subjectType, subjectId }: LimitRow): string {
  if (subjectType === "user") return "P";
  if (subjectType === "key") return "K";
  return Object.keys(GROUP_IDS).find((name) => GROUP_IDS[name] === subjectId) ?? "?";
}

/** A snapshot has the rows of the user's own groups alone. */
function callerOf(limits: readonly LimitRow[], boosts: readonly BoostRow[]): LimitedCaller {
  const userGroups = ["A", "B"].map((name) => ({
    id: GROUP_IDS[name] ?? 0,
    name,
    joinedVersion: 1,
    costMultiplierPpm: null,
  }));
  const isOwn = ({ subjectType, subjectId }: LimitRow) =>
    subjectType !== "user_group" || userGroups.some(({ id }) => id === subjectId);
  return buildCaller({ userGroups, limits: limits.filter(isOwn), boosts });
}

function limitOf(text: string, index: number): LimitRow {
  const { first, modelGroupId, value, unit, window, rest } = wordsOf(text);
  const subjectType = first === "P" ? "user" : first === "K" ? "key" : "user_group";
  const subjectId = first === "P" ? 7 : first === "K" ? 3 : (GROUP_IDS[first] ?? 0);
  const state = value === "block" || value === "unlimited" ? value : "limit";
  return buildLimit({
    ...{ id: index + 1, subjectType, subjectId, modelGroupId, unit, window, state },
    amount: state === "limit" ? amountOf(value, unit) : null,
    mode: (["rolling", "calendar"] as const).find((mode) => rest.includes(mode)) ?? null,
    enforcement: (["strict", "balanced", "lenient", "shadow"] as const).find((word) => rest.includes(word)) ?? null,
  });
}

function boostOf(text: string, index: number): BoostRow {
  const { modelGroupId, value } = wordsOf(`boost ${text}`);
  const range = { validFrom: BOOST.from, validTo: BOOST.to, endedAt: null };
  return {
    id: index + 1,
    userId: 7,
    modelGroupId,
    unit: "usd",
    window: "daily",
    amount: amountOf(value, "usd"),
    ...range,
  };
}

function wordsOf(text: string) {
  const [first = "", target = "", value = "", ...rest] = text.split(" ");
  const unit: LimitUnit = (["tokens", "requests"] as const).find((word) => rest.includes(word)) ?? "usd";
  const windows: readonly LimitWindow[] = ["total", "monthly", "weekly", "5h"];
  const window: LimitWindow = windows.find((word) => rest.includes(word)) ?? "daily";
  return { first, modelGroupId: target === "G" ? MODEL_GROUP : null, value, unit, window, rest };
}

function amountOf(text: string, unit: LimitUnit): number {
  return Math.round(Number(text) * (unit === "usd" ? USD : 1));
}

function listOf(text = ""): readonly string[] {
  return text === "" ? [] : text.split("; ");
}

function rejectingStore(): QuotaStore {
  const reject = () => Promise.reject(new Error("no answer"));
  return {
    ...{ reserve: reject, settle: reject, void: reject, renew: reject, peek: reject, expired: reject },
    ...{ beginRebuild: reject, rebuild: reject, fill: reject, announce: reject },
    ...{ readRates: reject, stayRunning: reject, leave: reject },
  };
}
