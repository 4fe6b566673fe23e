import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import type { BucketAsk } from "@/core/quota/quota-store";
import { memoryQuotaStore } from "./quota-store";

test("a request is admitted in a rebuilt domain and refused above its cap", async () => {
  const clock = fakeClock();
  const store = memoryQuotaStore({ clock, replica: "r1" });
  const config = { version: 1, keyId: 3, user: "a", key: "" };
  const bucket: BucketAsk = {
    ...{ id: "u7:0:usd:total", kind: "total", start: 0, end: 0 },
    ...{ cap: 100, est: 60, worst: 80, enforcement: "balanced" },
  };
  const ask = { userId: 7, ttlMs: 45_000, config, buckets: [bucket], record: "{}" };
  expect(store.reserve({ ...ask, holdId: "a.1" })).toEqual({ kind: "rebuild" });
  const begun = await store.beginRebuild(7);
  const definitions = { user: ["total"], key: [] };
  const empty = { seeds: [], holds: [], closed: [] };
  expect(await store.rebuild({ userId: 7, token: begun?.token ?? "", config, definitions, ...empty })).toBe(true);
  expect(store.reserve({ ...ask, holdId: "a.1" }).kind).toBe("admitted");
  expect(store.reserve({ ...ask, holdId: "b.1" })).toMatchObject({ kind: "refused", reason: "contended" });
  store.settle({ userId: 7, holdId: "a.1", buckets: [{ ...bucket, slot: 0 }], actual: [100] });
  expect(store.reserve({ ...ask, holdId: "b.1" })).toMatchObject({ kind: "refused", reason: "exhausted" });
  store.close();
});
