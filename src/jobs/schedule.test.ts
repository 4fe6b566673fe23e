import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import type { Job, JobDeps } from "./job";
import { JOBS, startSchedule } from "./schedule";

/** Deps that write down what was done. */
function buildJobDeps(done: string[], patch: Partial<JobDeps> = {}): JobDeps {
  const note = (name: string) => async (at: number) =>
    void done.push(`${name} ${new Date(at).toISOString().slice(11, 19)}`);
  const line = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) =>
    void done.push(`${level}: ${message} ${fields.job ?? fields.made ?? fields.blocked ?? ""}`.trim());
  return {
    ensurePartitions: async () => ({ made: ["p1"], blocked: ["p0"] }),
    beat: note("beat"),
    forgetReplicas: note("forget replicas before"),
    expireSignIns: note("expire"),
    forgetAttempts: note("forget attempts"),
    holds: {
      renew: async () => 0,
      keepRunning: async () => {},
      resend() {},
      expired: async () => [],
      billedBy: async () => null,
      bill: async () => ({ usd: 0, tokens: 0, requests: 1 }),
      settle: async () => {},
      void: async () => {},
      standingOf: async () => "alive",
    },
    drift: { check: async () => [] },
    reportLive: async () => {},
    async forgetHomes(before, limit) {
      done.push(`forget homes ${new Date(before).toISOString().slice(0, 13)} ${limit}`);
      return done.filter((line) => line.startsWith("forget homes")).length < 3 ? limit : 7;
    },
    async forgetIdempotencyKeys(before, limit) {
      done.push(`forget idempotency keys ${new Date(before).toISOString().slice(0, 13)} ${limit}`);
      return done.filter((line) => line.startsWith("forget idempotency")).length < 2 ? limit : 0;
    },
    usage: {
      async rollUpHours(now, limit) {
        done.push(`roll up hours ${new Date(now).toISOString().slice(11, 16)} ${limit}`);
        return done.filter((line) => line.startsWith("roll up hours")).length < 3 ? limit : 7;
      },
      async rollUpDays(now, limit) {
        done.push(`roll up days ${new Date(now).toISOString().slice(11, 16)} ${limit}`);
        return 0;
      },
    },
    habits: { learn: async () => 0, refresh: async () => {} },
    log: { info: line("info"), warn: line("warn"), error: line("error") },
    ...patch,
  };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));
const job = (run: Job["run"]): Job => ({ name: "test", everyMs: 1000, scope: "replica", run });

test("every job runs at once and then at its own pace", async () => {
  const done: string[] = [];
  const clock = fakeClock("2026-11-21T12:00:00Z");
  const schedule = startSchedule(JOBS, buildJobDeps(done), clock);
  await settle();
  expect(done.splice(0).sort()).toEqual([
    "beat 12:00:00",
    "error: rows lie in the default partition p0",
    "expire 12:00:00",
    "forget attempts 12:00:00",
    ...Array.from({ length: 3 }, () => "forget homes 2026-10-22T12 10000"),
    ...Array.from({ length: 2 }, () => "forget idempotency keys 2026-11-20T12 10000"),
    "forget replicas before 11:00:00",
    "info: partitions made p1",
    "roll up days 12:00 7",
    ...Array.from({ length: 3 }, () => "roll up hours 12:00 1"),
  ]);
  clock.advance(5_000);
  await settle();
  expect(done).toEqual(["beat 12:00:05", "forget replicas before 11:00:05"]);
  await schedule.stop();
});

test("a failing run is logged and the next one comes as usual", async () => {
  const done: string[] = [];
  const clock = fakeClock();
  let runs = 0;
  const failing = job(async () => {
    runs += 1;
    throw new Error("no");
  });
  const schedule = startSchedule([failing], buildJobDeps(done), clock);
  await settle();
  clock.advance(1000);
  await settle();
  expect([runs, done]).toEqual([2, ["error: a job failed test", "error: a job failed test"]]);
  await schedule.stop();
});

test("a slow run is not overtaken, and a stop waits for it and starts no other", async () => {
  const clock = fakeClock();
  let runs = 0;
  const gates: (() => void)[] = [];
  const slow = job(() => {
    runs += 1;
    return new Promise((resolve) => gates.push(resolve));
  });
  const schedule = startSchedule([slow], buildJobDeps([]), clock);
  clock.advance(10_000);
  await settle();
  expect(runs).toBe(1);
  let isStopped = false;
  const stopping = schedule.stop().then(() => {
    isStopped = true;
  });
  await settle();
  expect(isStopped).toBe(false);
  gates[0]?.();
  await stopping;
  clock.advance(10_000);
  await settle();
  expect([runs, clock.pending()]).toEqual([1, 0]);
});
