import { describe, expect, test } from "vitest";
import type { Amounts } from "@/core/quota/hold";
import type { ExpiredHold } from "@/core/quota/quota-store";
import { closeExpiredHolds } from "./close-expired-holds";
import type { JobDeps } from "./job";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const HOLD: ExpiredHold = {
  ...{ userId: 7, holdId: "a.1", replica: "two", at: NOW - 90_000, expiredAt: NOW - 30_000, record: "" },
  ...{ ceilingNanoUsd: 42, buckets: [] },
};
const ROW: Amounts = { usd: 5, tokens: 6, requests: 1 };
const AT_CEILING: Amounts = { usd: 42, tokens: 0, requests: 1 };

type Given = {
  hold?: Partial<ExpiredHold>;
  row?: Amounts;
  standing?: "alive" | "adopted" | "silent";
  more?: ExpiredHold[];
};

async function run({ hold, row, standing = "silent", more = [] }: Given) {
  const done: unknown[] = [];
  const warned: unknown[] = [];
  const holds: JobDeps["holds"] = {
    renew: async () => 0,
    keepRunning: async () => {},
    resend() {},
    expired: async () => [{ ...HOLD, ...hold }, ...more],
    billedBy: async () => row ?? null,
    async bill({ holdId }) {
      done.push(["bill", holdId]);
      return AT_CEILING;
    },
    settle: async ({ holdId }, actual) => void done.push(["settle", holdId, actual]),
    void: async ({ holdId }) => void done.push(["void", holdId]),
    standingOf: async () => standing,
  };
  const log = { info() {}, warn: (fields: unknown) => void warned.push(fields), error() {} };
  await closeExpiredHolds.run({ holds, log } as unknown as JobDeps, NOW);
  return { done, warned: warned.length };
}

describe("the janitor (quota.md Q37)", () => {
  test.each<[string, Given, unknown[]]>([
    ["a ledger row exists: settled with it", { row: ROW }, [["settle", "a.1", ROW]]],
    ["a row beats an owner that is alive", { row: ROW, standing: "alive" }, [["settle", "a.1", ROW]]],
    ["a row beats an adopted journal", { row: ROW, standing: "adopted" }, [["settle", "a.1", ROW]]],
    ["its owner is alive: left to it", { standing: "alive" }, []],
    [
      "its owner's journal was adopted and has no row: nothing was sent, void",
      { standing: "adopted" },
      [["void", "a.1"]],
    ],
    [
      "30 s in limbo: billed at the ceiling",
      {},
      [
        ["bill", "a.1"],
        ["settle", "a.1", AT_CEILING],
      ],
    ],
    ["less than 30 s in limbo: it waits, nothing is given back", { hold: { expiredAt: NOW - 29_999 } }, []],
  ])("%s", async (_name, given, done) => {
    expect((await run(given)).done).toEqual(done);
  });

  test("what is billed without its owner is logged", async () => {
    expect((await run({})).warned).toBe(1);
  });

  test("all of a batch are closed", async () => {
    const { done } = await run({ row: ROW, more: [{ ...HOLD, holdId: "b.1" }] });
    expect(done).toEqual([
      ["settle", "a.1", ROW],
      ["settle", "b.1", ROW],
    ]);
  });
});
