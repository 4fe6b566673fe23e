import { buildPlan } from "@test/build-caller";
import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import type { Hold } from "./hold";
import { createHoldBook } from "./hold-book";
import { createHoldEnds } from "./hold-ends";
import type { EndAsk, EndReply, QuotaStore } from "./quota-store";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const USD_BUCKET = { id: "u7:0:usd:total", kind: "total" as const, start: 0, end: 0, slot: 0, est: 5, worst: 9 };
const BUCKETS = [USD_BUCKET, { ...USD_BUCKET, id: "u7:0:requests:total", est: 1, worst: 1 }];
const ENDED: EndReply = { kind: "ended", epoch: "e", sequence: 2, at: 1 };
const SPENT = { usd: 4, tokens: 30, requests: 1 };

/** Ends on their way to a store that answers by script: a reply, or an error to throw or to reject with. */
function open(written: (() => Promise<void>) | null = null) {
  const clock = fakeClock();
  const book = createHoldBook();
  const told: (readonly [string, string, readonly number[]])[] = [];
  const faults: unknown[] = [];
  const woken: number[] = [];
  const alone: unknown[] = [];
  const script: { next: () => EndReply | Promise<EndReply> } = { next: () => ENDED };
  const hear = (kind: string) => (end: EndAsk) => {
    told.push([kind, end.holdId, end.actual]);
    return script.next();
  };
  const store = { settle: hear("settle"), void: hear("void") } as Partial<QuotaStore> as QuotaStore;
  const ends = createHoldEnds({
    ...{
      store,
      book,
      clock,
      written,
      onDoubt() {},
      onEnded: (userId) => void woken.push(userId),
      onFault: (fault) => void faults.push(fault),
    },
    degraded: { endedAlone: (_hold, { actual }) => void alone.push(actual) },
  });
  const hold = (id: string, given: Partial<Hold> = {}): Hold => {
    const resolution = buildPlan().resolve({ modelGroupId: null, isFree: false }, 0);
    const opened: Hold = {
      ...{
        id,
        requestId: id.slice(0, -2),
        no: 1,
        userId: 7,
        keyId: 3,
        at: 0,
        buckets: BUCKETS,
        lines: null,
        record: "",
      },
      ...{ target: { modelGroupId: null, isFree: false }, resolution, counted: resolution.counted, failOpen: false },
      ...given,
    };
    if (opened.buckets.length > 0) book.open(opened);
    return opened;
  };
  return { clock, book, told, faults, woken, alone, script, ends, hold };
}

describe("ends of holds (quota.md Q46)", () => {
  test("counters that outlive the process hear of an end once its frame is written (quota.md Q41)", async () => {
    const frame = Promise.withResolvers<void>();
    const { ends, hold, told } = open(() => frame.promise);
    ends.settle(hold("a.1"), SPENT);
    await turn();
    expect(told).toEqual([]);
    frame.resolve();
    await turn();
    expect(told).toEqual([["settle", "a.1", [4, 1]]]);
  });

  test("an end whose frame cannot be written now, on a full disk, is told with the next round", async () => {
    const { ends, hold, told, faults } = open(() => Promise.reject(new Error("disk full")));
    ends.settle(hold("a.1"), SPENT);
    await turn();
    expect([told, faults]).toEqual([[], []]);
    ends.resend();
    expect(told).toEqual([["settle", "a.1", [4, 1]]]);
  });

  test("a settle tells the amount of each bucket's unit, a void none, and who waits is woken", () => {
    const { ends, hold, told, woken, book } = open();
    ends.settle(hold("a.1"), SPENT);
    ends.void(hold("b.1"));
    expect(told).toEqual([
      ["settle", "a.1", [4, 1]],
      ["void", "b.1", []],
    ]);
    expect([woken, book.unanswered()]).toEqual([[7, 7], []]);
  });

  test("a hold without a bucket is not told", () => {
    const { ends, hold, told } = open();
    ends.settle(hold("a.1", { buckets: [] }), SPENT);
    expect(told).toEqual([]);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("down");
      },
    ],
    ["rejects", () => Promise.reject(new Error("down"))],
    ["has no epoch", () => ({ kind: "rebuild" as const })],
  ])(
    "what a store that %s did not take is told again with the same id until it answers, and then no more",
    async (_name, fail) => {
      const { ends, hold, told, script, book } = open();
      script.next = fail;
      ends.settle(hold("a.1"), SPENT);
      await turn();
      ends.resend();
      await turn();
      expect(book.unanswered()).toHaveLength(1);
      script.next = () => Promise.resolve({ kind: "duplicate", state: "settled" });
      ends.resend();
      await turn();
      ends.resend();
      expect(told).toEqual(Array(3).fill(["settle", "a.1", [4, 1]]));
    },
  );

  test("one user's ends are told again without the others'", () => {
    const { ends, hold, told, script } = open();
    script.next = () => ({ kind: "rebuild" });
    ends.settle(hold("a.1"), SPENT);
    ends.settle(hold("b.1", { userId: 8 }), SPENT);
    told.length = 0;
    script.next = () => ENDED;
    ends.retell(8);
    expect(told.map(([, id]) => id)).toEqual(["b.1"]);
  });

  test("an end that is 10 minutes old is told no more: its user's counters must be rebuilt", () => {
    const { ends, hold, told, script, clock } = open();
    script.next = () => ({ kind: "rebuild" });
    ends.settle(hold("old.1"), SPENT);
    clock.advance(1);
    ends.settle(hold("young.1", { userId: 8 }), SPENT);
    clock.advance(599_999);
    told.length = 0;
    expect(ends.resend()).toEqual([7]);
    expect(told.map(([, id]) => id)).toEqual(["young.1"]);
    clock.advance(1);
    expect(ends.resend()).toEqual([7, 8]);
    ends.forgetOld(7);
    expect(ends.resend()).toEqual([8]);
    ends.forgetOld(8);
    expect(ends.resend()).toEqual([]);
  });

  test("after a rebuild an old end is told if it was written again as an open hold, and not if the ledger had it", () => {
    const { ends, hold, told, script, clock, book } = open();
    script.next = () => ({ kind: "rebuild" });
    ends.settle(hold("counted.1"), SPENT);
    ends.settle(hold("open.1"), SPENT);
    book.flushed(["counted"]);
    clock.advance(600_000);
    told.length = 0;
    script.next = () => ENDED;
    ends.retell(7);
    expect([told.map(([, id]) => id), book.unanswered()]).toEqual([["open.1"], []]);
    expect([book.find("counted.1"), book.find("open.1")?.isAnswered]).toEqual([null, true]);
  });

  test("a reserve without an answer is shut out with the next resend", () => {
    const { ends, told, book } = open();
    const config = { version: 1, keyId: 3, user: "", key: "" };
    const buckets = BUCKETS.map((bucket) => ({ ...bucket, cap: 10, enforcement: "balanced" as const }));
    ends.voidUnknown({ userId: 7, holdId: "a.1", ttlMs: 1, config, buckets, record: "" });
    expect(told).toEqual([]);
    ends.resend();
    expect([told, book.find("a.1")]).toEqual([[["void", "a.1", []]], null]);
  });

  test("what was admitted without the counters is settled alone and told to them", () => {
    const { ends, hold, told, alone } = open();
    ends.settle(hold("a.1", { failOpen: true }), SPENT);
    expect([alone, told.length]).toEqual([[[4, 1]], 1]);
  });
});
