import { burst, COST_NANO_USD, served } from "@test/setup/burst";
import { openStage, type Stage } from "@test/setup/open-stage";
import { readSpend } from "@test/setup/read-spend";
import { setLimit } from "@test/setup/set-limit";
import { afterEach, expect, test } from "vitest";

// Two databases whose users, keys and limits have equal ids, on one Redis.
const KEYS = ["sk-sluice-limitslimitslimitslimitslimitslimits01"];
const CAP = 10 * COST_NANO_USD;
const stages: Stage[] = [];
afterEach(() => Promise.all(stages.splice(0).map((stage) => stage.close())));

async function open(redis: boolean): Promise<Stage> {
  const stage = await openStage({ keys: KEYS, redis });
  stages.push(stage);
  await setLimit(stage, { amount: CAP });
  return stage;
}

test("a new database on a Redis that served another begins with its own ledger, and takes nothing from the other", async () => {
  const first = await open(true);
  await first.start("gateway");
  const servedFirst = served(await burst(first, { count: 12, width: 1 }));
  expect(servedFirst).toBe(10);
  await readSpend(first).untilLedgerIs(CAP);

  const second = await open(false);
  await second.start("gateway", { REDIS_URL: first.redis.url });
  expect(served(await burst(second, { count: 12, width: 1 }))).toBe(10);
  await readSpend(second).untilLedgerIs(CAP);
  const sums = () =>
    first.redis.run(async (client) => {
      const keys = await client.keys("sl:*:b:u*:0:usd:daily:*");
      return Promise.all(keys.map((key) => client.hget(key, "s")));
    });
  await expect.poll(sums).toEqual([String(CAP), String(CAP)]);
  expect(served(await burst(first, { count: 1, width: 1 }))).toBe(0);
}, 120_000);
