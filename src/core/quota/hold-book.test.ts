import { expect, test } from "vitest";
import { type BookedHold, createHoldBook, endOf, openHoldOf } from "./hold-book";

const BUCKET = { id: "u7:0:usd:total", kind: "total" as const, start: 0, end: 0, slot: 0, est: 5, worst: 9 };
const hold = (id: string, userId = 7): BookedHold["hold"] => {
  const [requestId = "", no = "1"] = id.split(".");
  return { id, requestId, no: Number(no), userId, at: 1_000, record: "r", buckets: [BUCKET] };
};
const settled = { kind: "settled" as const, actual: [4], endedAt: 2_000 };
const voided = { kind: "voided" as const, actual: [], endedAt: 2_000 };

test("a settled hold leaves the book when the store has answered and its rows are in the ledger, in either order", () => {
  for (const order of ["answered first", "flushed first"]) {
    const book = createHoldBook();
    book.open(hold("a.1"));
    const booked = book.end("a.1", settled) as BookedHold;
    const steps = [() => book.answered(booked), () => book.flushed(["a"])];
    for (const step of order === "answered first" ? steps : steps.reverse()) {
      expect(book.find("a.1")).not.toBeNull();
      step();
    }
    expect(book.find("a.1")).toBeNull();
  }
});

test("a voided hold has no rows: it leaves when the store has answered", () => {
  const book = createHoldBook();
  book.open(hold("a.1"));
  book.answered(book.end("a.1", voided) as BookedHold);
  expect(book.find("a.1")).toBeNull();
});

test("an open hold stays, whatever is flushed", () => {
  const book = createHoldBook();
  book.open(hold("a.1"));
  book.flushed(["a", "b"]);
  expect(book.running().map(({ hold: { id } }) => id)).toEqual(["a.1"]);
});

test("holds of one request are told apart", () => {
  const book = createHoldBook();
  book.open(hold("a.1"));
  book.open(hold("a.2"));
  book.answered(book.end("a.1", voided) as BookedHold);
  expect([book.find("a.1"), book.find("a.2")?.hold.no]).toEqual([null, 2]);
  expect(book.end("b.1", settled)).toBeNull();
});

test("a rebuild must not lose open holds, nor ended ones that the ledger does not have", () => {
  const book = createHoldBook();
  for (const id of ["open.1", "ended.1", "flushed.1"]) book.open(hold(id));
  book.open(hold("other.1", 8));
  book.end("ended.1", settled);
  book.end("flushed.1", settled);
  book.flushed(["flushed"]);
  expect(book.ofUser(7).map(({ hold: { id } }) => id)).toEqual(["open.1", "ended.1"]);
});

test("after a rebuild of a user its ends are told again, and no other's", () => {
  const book = createHoldBook();
  for (const [id, userId] of [
    ["mine.1", 7],
    ["theirs.1", 8],
  ] as const) {
    book.open(hold(id, userId));
    book.answered(book.end(id, settled) as BookedHold);
  }
  expect(book.unanswered()).toEqual([]);
  book.forgetAnswers(7);
  expect(book.unanswered().map((booked) => endOf(booked))).toEqual([
    { userId: 7, holdId: "mine.1", at: 1_000, buckets: [BUCKET], actual: [4] },
  ]);
});

test("the ceiling is the expected cost until somebody tells it, and travels in the record", () => {
  const book = createHoldBook();
  book.open(hold("a.1"));
  book.follow("unknown.1", () => 5);
  const expected = openHoldOf(book.find("a.1") as BookedHold, "one", 99).ceilingNanoUsd;
  expect(expected).toBe(BUCKET.est);
  book.follow("a.1", () => 8);
  const booked = book.find("a.1") as BookedHold;
  expect(openHoldOf(booked, "one", 99)).toEqual({
    ...{ userId: 7, holdId: "a.1", replica: "one", at: 1_000, record: "r", ceilingNanoUsd: 8, expiresAt: 99 },
    buckets: [BUCKET],
  });
  expect(endOf(booked)).toBeNull();
});
