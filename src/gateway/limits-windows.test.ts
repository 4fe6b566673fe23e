import { buildLimit } from "@test/build-quota";
import { openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { BoostRow } from "@/core/quota/limit";
import type { LimitMode, LimitWindow } from "@/core/vocabulary";

const CENT = 10_000_000;
const COST = 750_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const quick = () => ({ latencyMs: 20 });

/** Sends calls one after the other until one is refused. */
async function served(scene: ReturnType<typeof openGateway>): Promise<number> {
  for (let count = 0; ; count++) if ((await scene.one()).status !== 200) return count;
}

describe("windows on the request path (quota.md section 3)", () => {
  test("what was admitted before midnight and ends after it counts in the old day", async () => {
    const scene = openGateway({
      snapshot: { limits: [buildLimit({ amount: CENT })] },
      start: "2026-11-21T23:59:59Z",
      answer: (_request, index) => ({ latencyMs: index === 0 ? 31_000 : 20 }),
    });
    const { handled, answer } = scene.send();
    await scene.pass(1_000);
    const midnight = Date.parse("2026-11-22T00:00:00Z");
    expect(await scene.counters(undefined, midnight - 1)).toMatchObject([
      { settled: 0, held: 562_500, worst: 945_000 },
    ]);
    scene.clock.advance(30_000);
    await handled;
    expect(answer.status).toBe(200);
    expect(await scene.counters()).toMatchObject([{ settled: 0, held: 0, ledger: 0 }]);
    const yesterday = { settled: COST, held: 0, worst: 0, ledger: COST };
    expect(await scene.counters(undefined, midnight - 1)).toMatchObject([yesterday]);
    expect(await served(scene)).toBe(13);
  });

  test.each([
    ["W1", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"],
    ["W2", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"],
    ["W5", "Africa/Cairo", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"],
  ])("%s: a day of %s serves its cap once, from its start to its end", async (...[_name, timeZone, start, end]) => {
    const before = new Date(Date.parse(start) - 5_000).toISOString();
    const snapshot = { limits: [buildLimit({ amount: CENT })] };
    const scene = openGateway({ snapshot, settings: { timeZone }, start: before, answer: quick });
    expect(await served(scene)).toBe(13);
    for (const boundary of [start, end]) {
      scene.clock.advance(Date.parse(boundary) - 1 - scene.clock.now());
      await scene.send().handled;
      expect(scene.left.denials[scene.left.denials.length - 1]?.params.resetsAt).toBe(Date.parse(boundary));
      scene.clock.advance(1);
      expect(await served(scene)).toBe(13);
    }
  });

  test.each([
    ["5h", "rolling", 65, [0, 305, 610, 915, 1_220]],
    ["5h", "fixed", 65, [0, 300, 600, 900, 1_200]],
    ["daily", "calendar", 13, [0]],
    ["daily", "rolling", 13, [0]],
  ] as const)(
    "one call a minute for a day, %s %s: %d served",
    async (...[window, mode, count, bursts]) => {
      const minutes = await servedMinutes(window, mode, 1_440);
      expect(minutes).toHaveLength(count);
      expect(minutes).toEqual(bursts.flatMap((first) => Array.from({ length: 13 }, (_, index) => first + index)));
    },
    30_000,
  );

  test("a rolling day begins to serve again at minute 1,470", async () => {
    expect((await servedMinutes("daily", "rolling", 1_475)).slice(13)).toEqual([1_470, 1_471, 1_472, 1_473, 1_474]);
  }, 30_000);

  test.each([
    ["planned", {}],
    ["by hand", { validTo: Date.parse("2026-11-21T20:00:00Z"), endedAt: Date.parse("2026-11-21T11:00:00Z") }],
  ])("a boost begins and ends (%s) at its instants without a job", async (_name, given) => {
    const boost: BoostRow = {
      ...{ id: 1, userId: 7, modelGroupId: null, unit: "usd", window: "daily", amount: 10 * CENT, endedAt: null },
      ...{ validFrom: Date.parse("2026-11-21T10:00:00Z"), validTo: Date.parse("2026-11-21T11:00:00Z"), ...given },
    };
    const snapshot = { limits: [buildLimit({ amount: CENT })], boosts: [boost] };
    const scene = openGateway({ snapshot, start: "2026-11-21T09:59:00Z", answer: quick });
    expect(await served(scene)).toBe(13);
    const at = async (iso: string) => {
      scene.clock.advance(Date.parse(iso) - scene.clock.now());
      return (await scene.one()).status;
    };
    expect(await at("2026-11-21T09:59:59.900Z")).toBe(429);
    expect(await at("2026-11-21T10:00:00Z")).toBe(200);
    expect(await at("2026-11-21T10:59:59.900Z")).toBe(200);
    expect(await at("2026-11-21T11:00:00Z")).toBe(429);
    expect(scene.clock.pending()).toBe(0);
  });
});

/** Minutes of a day at which a call of workload A is served, sent once a minute from 00:00:20 on. */
async function servedMinutes(window: LimitWindow, mode: LimitMode, count: number): Promise<readonly number[]> {
  const start = Date.parse("2026-11-21T00:00:20Z");
  const limits = [buildLimit({ amount: CENT, window, mode })];
  const scene = openGateway({ snapshot: { limits }, start: new Date(start).toISOString(), answer: quick });
  const minutes: number[] = [];
  for (let minute = 0; minute < count; minute++) {
    scene.clock.advance(start + minute * MINUTE - scene.clock.now());
    if ((await scene.one()).status === 200) minutes.push(minute);
  }
  const within = minutes.map((first) =>
    minutes.filter((other) => other >= first && other - first < (5 * HOUR) / MINUTE),
  );
  for (const inFiveHours of within) expect(inFiveHours.length).toBeLessThanOrEqual(13);
  return minutes;
}
