import { buildQuota } from "@test/build-quota";
import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { createHoldBook } from "./hold-book";
import type { OpenHold, QuotaStore, RenewAsk, RenewReply } from "./quota-store";
import { renewHolds } from "./renew-holds";

const BUCKET = { id: "u7:0:usd:total", kind: "total" as const, start: 0, end: 0, slot: 0, est: 5, worst: 9 };

function open(replies: Readonly<Record<string, RenewReply>>) {
  const clock = fakeClock();
  const book = createHoldBook();
  const asked: RenewAsk[] = [];
  const announced: OpenHold[] = [];
  const store: Pick<QuotaStore, "renew" | "announce"> = {
    async renew(holds) {
      asked.push(...holds);
      return holds.map(({ holdId }) => replies[holdId] ?? "renewed");
    },
    async announce(holds) {
      announced.push(...holds);
    },
  };
  const hold = (id: string, buckets = [BUCKET]) => {
    book.open({ id, requestId: id.slice(0, -2), no: 1, userId: 7, at: 1_000, record: "r", buckets });
  };
  const renew = () => renewHolds({ store: { ...NO_STORE, ...store }, book, clock, replica: "one", ttlMs: 45_000 });
  return { clock, book, asked, announced, hold, renew };
}

const { store: NO_STORE } = { store: {} as QuotaStore };

test("running holds are renewed in one batch with their ceilings; those without a bucket are not", async () => {
  const { hold, renew, asked, book } = open({});
  hold("a.1");
  hold("b.1", []);
  hold("c.1");
  book.end("c.1", { kind: "settled", actual: [1], endedAt: 0 });
  expect(await renew()).toBe(0);
  expect(asked).toEqual([{ userId: 7, holdId: "a.1", ttlMs: 45_000, ceilingNanoUsd: 5 }]);
});

test("a hold that the counters lost is announced", async () => {
  const { hold, renew, announced, clock } = open({ "b.1": "unknown", "c.1": "rebuild" });
  for (const id of ["a.1", "b.1", "c.1"]) hold(id);
  await renew();
  expect(announced).toMatchObject([
    { holdId: "b.1", replica: "one", ceilingNanoUsd: 5, expiresAt: clock.now() + 45_000, buckets: [BUCKET] },
  ]);
});

test("a hold that ended while the counters answered is not announced", async () => {
  const { hold, renew, announced, book } = open({ "a.1": "unknown", "b.1": "unknown" });
  for (const id of ["a.1", "b.1"]) hold(id);
  const renewing = renew();
  book.end("a.1", { kind: "voided", actual: [], endedAt: 0 });
  await renewing;
  expect(announced.map(({ holdId }) => holdId)).toEqual(["b.1"]);
});

test("it tells how many others closed", async () => {
  const { hold, renew, announced } = open({ "a.1": "settled", "b.1": "voided" });
  for (const id of ["a.1", "b.1", "c.1"]) hold(id);
  expect([await renew(), announced]).toEqual([2, []]);
});

test("without a running hold the store is not asked", async () => {
  const quota = buildQuota({ clock: fakeClock() });
  const book = quota.book;
  const store = NO_STORE;
  expect(await renewHolds({ store, book, clock: fakeClock(), replica: "one", ttlMs: 1 })).toBe(0);
});
