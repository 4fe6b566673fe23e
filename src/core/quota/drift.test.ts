import { buildPlan } from "@test/build-caller";
import { buildLimit } from "@test/build-quota";
import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import type { BringAsk } from "./bring-user";
import { type Checked, createDriftCheck } from "./drift";
import type { BucketLine, QuotaStore } from "./quota-store";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A check whose counters and ledger the test sets: of each key by its id. */
function open(keys: readonly number[] = [3]) {
  const clock = fakeClock();
  const state = { settled: 500, held: 0, ledger: 500, isKnown: true, sample: [] as number[], users: [7] };
  const busyKeys = new Set<number>();
  const rebuilt: BringAsk[] = [];
  const drifts: number[] = [];
  const looked: number[] = [];
  const line = (keyId: number): BucketLine => {
    const held = busyKeys.has(keyId) ? 1 : state.held;
    return { slot: 0, settled: state.settled, held, worst: held, resetsAt: null, verdict: "fits" };
  };
  const store: Partial<QuotaStore> = {
    async peek({ buckets, config }) {
      return state.isKnown ? { at: clock.now(), lines: buckets.map(() => line(config.keyId)) } : null;
    },
  };
  const checked = (keyId: number): Checked => {
    const plan = buildPlan({ keyId, limits: [buildLimit({ subjectType: "key", subjectId: keyId })] });
    return { plan, config: { version: 1, keyId, user: plan.user.fingerprint, key: plan.key.fingerprint } };
  };
  const drift = createDriftCheck({
    ...{ store: store as QuotaStore, clock, onDrift: (amount) => void drifts.push(amount) },
    history: {
      async read({ buckets }) {
        const seeds = buckets.map((ask) => ({ ...ask, slot: 0, settled: state.ledger, slices: [] }));
        return { seeds, closed: [] };
      },
    },
    bring: { rebuild: async (ask) => void rebuilt.push(ask), fill: async () => {} },
    async limitsOf(userId) {
      looked.push(userId);
      return state.users.includes(userId) ? keys.map(checked) : [];
    },
    sample: async () => state.sample,
  });
  /** Runs a check with the 2 s between its two looks; `between` happens meanwhile. */
  const check = async (between = () => {}) => {
    const checking = drift.check(64);
    for (let step = 0; step < 8; step++) {
      await turn();
      if (step === 1) between();
      clock.advance(1_000);
    }
    return checking;
  };
  return { clock, state, busyKeys, rebuilt, drifts, looked, drift, check };
}

describe("drift (quota.md Q51)", () => {
  test("counters that equal the ledger are left alone", async () => {
    const { check, state, rebuilt, drifts } = open();
    state.sample = [7];
    expect(await check()).toEqual([]);
    expect([rebuilt, drifts]).toEqual([[], [0]]);
  });

  test("what differs twice is told and rebuilt", async () => {
    const { check, state, rebuilt, drifts } = open();
    Object.assign(state, { sample: [7], ledger: 501 });
    expect(await check()).toEqual([{ userId: 7, amount: 1 }]);
    expect([rebuilt.map(({ userId }) => userId), drifts]).toEqual([[7], [1]]);
  });

  test("what differs once, because the ledger was behind, is not", async () => {
    const { check, state, rebuilt } = open();
    Object.assign(state, { sample: [7], ledger: 499 });
    const found = await check(() => {
      state.ledger = 500;
    });
    expect([found, rebuilt]).toEqual([[], []]);
  });

  test("a user without counters has no drift", async () => {
    const { check, state, rebuilt } = open();
    Object.assign(state, { sample: [7], ledger: 1, isKnown: false });
    expect([await check(), rebuilt]).toEqual([[], []]);
  });

  test("who is suspected is looked at whoever is drawn, until found quiet", async () => {
    const { check, drift, state, looked } = open();
    drift.suspect([7]);
    state.held = 1;
    await check();
    state.held = 0;
    await check();
    await check();
    expect(looked).toEqual([7, 7]);
  });

  test.each([
    ["with one key", [3]],
    ["with one key of several", [2, 3, 4]],
  ])("a user who is busy %s is rebuilt after 15 minutes and no sooner", async (_name, keys) => {
    const { check, clock, drift, busyKeys, rebuilt } = open(keys);
    busyKeys.add(3);
    drift.suspect([7]);
    clock.advance(880_000);
    await check();
    expect(rebuilt).toEqual([]);
    clock.advance(20_000);
    await check();
    expect(rebuilt.map(({ config }) => config.keyId)).toEqual([3]);
  });

  test("a suspect who is gone is forgotten", async () => {
    const { check, drift, looked } = open();
    drift.suspect([8]);
    await check();
    await check();
    expect(looked).toEqual([8]);
  });
});
