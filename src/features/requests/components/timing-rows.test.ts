import { describe, expect, test } from "vitest";
import { stretchOf, timingRows } from "./timing-rows";

const attempt = {
  attempt: 1,
  channel: { id: 1, name: "main" },
  startedAt: "2026-11-21T12:00:00.050Z",
  firstByteMs: null,
  status: 503,
  code: "upstream_overloaded",
};
const request = { at: "2026-11-21T12:00:00.000Z", durationMs: 1000 };

describe("the timing of attempts", () => {
  test("counts from the arrival of the request; one attempt ends where the next begins, the last with the request", () => {
    const second = {
      ...attempt,
      attempt: 2,
      startedAt: "2026-11-21T12:00:00.300Z",
      firstByteMs: 200,
      status: 200,
      code: null,
    };
    const rows = timingRows({ ...request, attempts: [attempt, second] });
    expect(rows.map(({ startMs, firstByteMs, endMs }) => [startMs, firstByteMs, endMs])).toEqual([
      [50, null, 300],
      [300, 500, 1000],
    ]);
  });

  test("does not know the end of what has no duration", () => {
    expect(timingRows({ ...request, durationMs: null, attempts: [attempt] })[0]?.endMs).toBeNull();
  });

  test("never runs backwards, whatever the clocks say", () => {
    const early = { ...attempt, startedAt: "2026-11-21T11:59:59.000Z" };
    const late = { ...attempt, startedAt: "2026-11-21T12:00:02.000Z" };
    expect(timingRows({ ...request, attempts: [early] })[0]?.startMs).toBe(0);
    expect(timingRows({ ...request, attempts: [late] })[0]?.endMs).toBe(2000);
  });
});

test.each([
  { bar: [0, 250, 1000], stretch: { offset: 0, width: 25 } },
  { bar: [250, 1000, 1000], stretch: { offset: 25, width: 75 } },
  { bar: [900, 1200, 1000], stretch: { offset: 90, width: 10 } },
  { bar: [500, 100, 1000], stretch: { offset: 50, width: 0 } },
  { bar: [0, 10, 0], stretch: { offset: 0, width: 0 } },
])("a stretch stays on its bar: $bar", ({ bar: [from = 0, to = 0, total = 0], stretch }) => {
  expect(stretchOf(from, to, total)).toEqual(stretch);
});
