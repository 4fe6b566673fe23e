import { buildAuthSnapshot } from "@test/build-deps";
import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import type { AuthSnapshot } from "./auth-snapshot";
import { type AuthSnapshotOptions, createAuthSnapshots } from "./snapshot-cache";

const snapshot = (keyId: number, given: Partial<AuthSnapshot> = {}) =>
  buildAuthSnapshot({ keyId, keyName: `key ${keyId}`, userId: keyId * 10, ...given });

/** A cache over a scripted source. */
function setUp(given: Partial<AuthSnapshotOptions> = {}) {
  const clock = fakeClock();
  const rows = new Map<string, AuthSnapshot>([
    ["a", snapshot(1)],
    ["b", snapshot(2)],
  ]);
  const loads: string[] = [];
  const script = { isDown: false, gate: null as Promise<void> | null };
  const source = {
    async findByDigest(digest: string) {
      loads.push(digest);
      const read = rows.get(digest) ?? null;
      await script.gate;
      if (script.isDown) throw new Error("connect ECONNREFUSED");
      return read;
    },
  };
  const cache = createAuthSnapshots({ source, clock, staleMs: 300_000, random: () => 0.5, ...given });
  return { clock, rows, loads, script, cache };
}

/** Holds every load of the script back until it is opened. */
function hold(script: { gate: Promise<void> | null }): () => void {
  const gate = Promise.withResolvers<void>();
  script.gate = gate.promise;
  return () => {
    script.gate = null;
    gate.resolve();
  };
}
const later = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("hits", () => {
  test("a hit answers without a promise and without a load", async () => {
    const { cache, loads } = setUp();
    expect(await cache.get("a")).toEqual(snapshot(1));
    expect(cache.get("a")).toEqual(snapshot(1));
    expect(loads).toEqual(["a"]);
  });

  test("a burst of one key is one load", async () => {
    const { cache, loads } = setUp();
    await Promise.all(Array.from({ length: 100 }, () => cache.get("a")));
    expect(loads).toEqual(["a"]);
  });

  test("in the last fifth of its life an entry answers at once and is loaded once behind the back", async () => {
    const { cache, clock, rows, loads } = setUp();
    await cache.get("a");
    clock.advance(23_999);
    await cache.get("a");
    expect(loads).toHaveLength(1);
    rows.set("a", snapshot(1, { keyEnabled: false }));
    clock.advance(1);
    expect(cache.get("a")).toEqual(snapshot(1));
    await cache.get("a");
    expect(loads).toHaveLength(2);
    await later();
    expect(cache.get("a")).toMatchObject({ keyEnabled: false });
  });

  test("past its life an entry is loaded again before it answers", async () => {
    const { cache, clock, rows } = setUp();
    await cache.get("a");
    rows.set("a", snapshot(1, { keyEnabled: false }));
    clock.advance(30_000);
    expect(await cache.get("a")).toMatchObject({ keyEnabled: false });
  });

  test("the jitter keeps a life within 10 % of the TTL", async () => {
    for (const [random, life] of [
      [0, 27_000],
      [0.9999999, 33_000],
    ] as const) {
      const { cache, clock, loads } = setUp({ random: () => random });
      await cache.get("a");
      clock.advance(life * 0.8 - 1);
      await cache.get("a");
      expect(loads).toHaveLength(1);
      clock.advance(2);
      await cache.get("a");
      expect(loads).toHaveLength(2);
    }
  });

  test("the least recently used keys make room", async () => {
    const { cache, rows, loads } = setUp({ maxEntries: 2 });
    rows.set("c", snapshot(3));
    for (const digest of ["a", "b", "a", "c", "a", "b"]) await cache.get(digest);
    expect(loads).toEqual(["a", "b", "c", "b"]);
    expect(cache.stats().entries).toBe(2);
  });
});

describe("unknown keys", () => {
  test("cost one load, then memory only, for 30 s", async () => {
    const { cache, clock, loads } = setUp();
    expect(await cache.get("x")).toBeNull();
    expect(cache.get("x")).toBeNull();
    clock.advance(30_000);
    expect(await cache.get("x")).toBeNull();
    expect(loads).toEqual(["x", "x"]);
  });

  test("cannot push known keys out", async () => {
    const { cache, loads } = setUp({ maxNegatives: 10 });
    await cache.get("a");
    for (let n = 0; n < 100; n++) await cache.get(`x${n}`);
    expect(cache.stats()).toMatchObject({ entries: 1, negatives: 10 });
    await cache.get("a");
    expect(loads.filter((digest) => digest === "a")).toHaveLength(1);
  });

  test("work at once when any key changed", async () => {
    const { cache, rows } = setUp();
    expect(await cache.get("new")).toBeNull();
    rows.set("new", snapshot(9));
    cache.invalidate(["key:9"]);
    expect(await cache.get("new")).toMatchObject({ keyId: 9 });
  });

  test("a key that was deleted becomes unknown", async () => {
    const { cache, rows } = setUp();
    await cache.get("a");
    rows.delete("a");
    cache.invalidate(["key:1"]);
    expect(await cache.get("a")).toBeNull();
    expect(cache.get("a")).toBeNull();
  });
});

describe("invalidation", () => {
  test.each([
    ["its key", ["key:1"], true],
    ["its user", ["user:10"], true],
    ["everything", ["*"], true],
    ["another key", ["key:2"], false],
    ["another user", ["user:1"], false],
    ["a group of its user", ["group:4"], true],
    ["another group", ["group:5"], false],
    ["channels", ["channels", "prices"], false],
  ])("a change of %s is seen by the next request: %j", async (_, tags, isSeen) => {
    const { cache, rows } = setUp();
    rows.set("a", snapshot(1, { userGroups: [{ id: 4, name: "team", joinedVersion: 1 }] }));
    await cache.get("a");
    rows.set("a", snapshot(1, { keyEnabled: false }));
    cache.invalidate(tags);
    expect(await cache.get("a")).toMatchObject({ keyEnabled: !isSeen });
  });

  test("a load that began before is not stored, and who comes after it does not join it", async () => {
    const { cache, rows, script, loads } = setUp();
    const open = hold(script);
    const before = cache.get("a");
    rows.set("a", snapshot(1, { keyEnabled: false }));
    cache.invalidate(["key:1"]);
    const after = cache.get("a");
    expect(loads).toHaveLength(2);
    open();
    expect(await before).toMatchObject({ keyEnabled: true });
    expect(await after).toMatchObject({ keyEnabled: false });
    expect(cache.get("a")).toMatchObject({ keyEnabled: false });
  });

  test("neither is a background reload that began before", async () => {
    const { cache, clock, rows, script } = setUp();
    await cache.get("a");
    clock.advance(25_000);
    const open = hold(script);
    await cache.get("a");
    rows.set("a", snapshot(1, { keyEnabled: false }));
    cache.invalidate(["user:10"]);
    open();
    await later();
    expect(await cache.get("a")).toMatchObject({ keyEnabled: false });
  });
});

describe("while the database is down", () => {
  test("a known key serves up to staleMs past its life, then auth_unavailable", async () => {
    const { cache, clock, script } = setUp();
    await cache.get("a");
    script.isDown = true;
    clock.advance(30_000);
    expect(await cache.get("a")).toEqual(snapshot(1));
    clock.advance(299_999);
    expect(cache.get("a")).toEqual(snapshot(1));
    await later();
    clock.advance(1);
    await expect(cache.get("a")).rejects.toMatchObject({ code: "auth_unavailable" });
    expect(cache.stats().staleServed).toBeGreaterThan(0);
  });

  test("a stale key does not wait for the database and asks it at most once a second", async () => {
    const { cache, clock, script, loads } = setUp();
    await cache.get("a");
    script.isDown = true;
    clock.advance(30_000);
    await cache.get("a");
    const before = loads.length;
    for (let i = 0; i < 50; i++) expect(cache.get("a")).toEqual(snapshot(1));
    expect(loads).toHaveLength(before);
    clock.advance(1000);
    await cache.get("a");
    await cache.get("a");
    expect(loads).toHaveLength(before + 1);
  });

  test("a key that was changed meanwhile is not served stale", async () => {
    const { cache, script } = setUp();
    await cache.get("a");
    script.isDown = true;
    cache.invalidate(["key:1"]);
    await expect(cache.get("a")).rejects.toMatchObject({ code: "auth_unavailable" });
  });

  test("an unknown key is refused as unavailable, which is not remembered", async () => {
    const { cache, script } = setUp();
    script.isDown = true;
    await expect(cache.get("b")).rejects.toMatchObject({ code: "auth_unavailable" });
    script.isDown = false;
    expect(await cache.get("b")).toEqual(snapshot(2));
  });

  test("when it is back, a stale key is loaded again", async () => {
    const { cache, clock, script, rows } = setUp();
    await cache.get("a");
    script.isDown = true;
    clock.advance(31_000);
    await cache.get("a");
    script.isDown = false;
    rows.set("a", snapshot(1, { keyEnabled: false }));
    clock.advance(1000);
    await cache.get("a");
    await later();
    expect(cache.get("a")).toMatchObject({ keyEnabled: false });
  });
});

describe("too many loads", () => {
  test("64 keys load at a time; one more is refused, a known one is not", async () => {
    const { cache, script, rows } = setUp();
    await cache.get("a");
    const open = hold(script);
    const loading = Array.from({ length: 64 }, (_, n) => {
      rows.set(`k${n}`, snapshot(100 + n));
      return cache.get(`k${n}`);
    });
    await expect(cache.get("one-more")).rejects.toMatchObject({ code: "auth_overloaded" });
    expect(cache.get("a")).toEqual(snapshot(1));
    const joined = cache.get("k5");
    open();
    expect(await Promise.all(loading)).toHaveLength(64);
    expect(await joined).toMatchObject({ keyId: 105 });
    expect(await cache.get("b")).toEqual(snapshot(2));
  });

  test("loads that nobody may join any more still count", async () => {
    const { cache, script } = setUp({ maxLoads: 1 });
    const open = hold(script);
    const first = cache.get("a");
    cache.invalidate(["*"]);
    await expect(cache.get("a")).rejects.toMatchObject({ code: "auth_overloaded" });
    open();
    await first;
    expect(await cache.get("a")).toEqual(snapshot(1));
  });
});
