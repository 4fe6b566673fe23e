import { buildAuthSnapshot } from "@test/build-deps";
import { fakeClock } from "@test/fake-clock";
import { seededRandom } from "@test/seeded-random";
import { describe, expect, test } from "vitest";
import type { AuthLookups, AuthSnapshot, SharedSnapshots } from "./auth-snapshot";
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
  const script = { isDown: false, gate: null as Promise<void> | null, version: 1 };
  const source = {
    async findByDigest(digest: string) {
      loads.push(digest);
      const row = rows.get(digest);
      const read = row === undefined ? null : { ...row, version: script.version };
      await script.gate;
      if (script.isDown) throw new Error("connect ECONNREFUSED");
      return read;
    },
  };
  const counts: Record<string, number> = {};
  const lookups: AuthLookups = {
    counted(layer, result) {
      counts[`${layer} ${result}`] = (counts[`${layer} ${result}`] ?? 0) + 1;
    },
    loaded() {},
  };
  const cache = createAuthSnapshots({ source, clock, staleMs: 300_000, random: () => 0.5, lookups, ...given });
  /** The database has changed, and the cache hears of it. */
  const change = (...tags: string[]) => cache.follow({ version: ++script.version, tags });
  return { clock, rows, loads, script, cache, counts, change };
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
    const { cache, rows, change } = setUp();
    expect(await cache.get("new")).toBeNull();
    rows.set("new", snapshot(9));
    change("key:9");
    expect(await cache.get("new")).toMatchObject({ keyId: 9 });
  });

  test("a key that was deleted becomes unknown", async () => {
    const { cache, rows, change } = setUp();
    await cache.get("a");
    rows.delete("a");
    change("key:1");
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
    const { cache, rows, change } = setUp();
    rows.set("a", snapshot(1, { userGroups: [{ id: 4, name: "team", joinedVersion: 1, costMultiplierPpm: null }] }));
    await cache.get("a");
    rows.set("a", snapshot(1, { keyEnabled: false }));
    change(...tags);
    expect(await cache.get("a")).toMatchObject({ keyEnabled: !isSeen });
  });

  test("a load that began before is not stored, and who comes after it does not join it", async () => {
    const { cache, rows, script, loads, change } = setUp();
    const open = hold(script);
    const before = cache.get("a");
    rows.set("a", snapshot(1, { keyEnabled: false }));
    change("key:1");
    const after = cache.get("a");
    expect(loads).toHaveLength(2);
    open();
    expect(await before).toMatchObject({ keyEnabled: true });
    expect(await after).toMatchObject({ keyEnabled: false });
    expect(cache.get("a")).toMatchObject({ keyEnabled: false });
  });

  test("neither is a background reload that began before", async () => {
    const { cache, clock, rows, script, change } = setUp();
    await cache.get("a");
    clock.advance(25_000);
    const open = hold(script);
    await cache.get("a");
    rows.set("a", snapshot(1, { keyEnabled: false }));
    change("user:10");
    open();
    await later();
    expect(await cache.get("a")).toMatchObject({ keyEnabled: false });
  });
});

describe("while the database is down", () => {
  test("a known key serves up to staleMs past its life, then auth_unavailable", async () => {
    const { cache, clock, script, counts } = setUp();
    await cache.get("a");
    script.isDown = true;
    clock.advance(30_000);
    expect(await cache.get("a")).toEqual(snapshot(1));
    clock.advance(299_999);
    expect(cache.get("a")).toEqual(snapshot(1));
    await later();
    clock.advance(1);
    await expect(cache.get("a")).rejects.toMatchObject({ code: "auth_unavailable" });
    expect(counts["l1 stale"]).toBeGreaterThan(0);
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
    const { cache, script, change } = setUp();
    await cache.get("a");
    script.isDown = true;
    change("key:1");
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

  test("a known key past its life goes on while the loads of unknown ones leave it no room, unless a change has touched it", async () => {
    const { cache, script, clock, rows, counts, change } = setUp();
    await Promise.all([cache.get("a"), cache.get("b")]);
    clock.advance(31_000);
    const open = hold(script);
    const unknown = Array.from({ length: 64 }, (_, n) => cache.get(`x${n}`));
    rows.set("a", snapshot(1, { keyName: "renamed" }));
    expect(cache.get("a")).toEqual(snapshot(1));
    expect(counts["l1 stale"]).toBe(1);
    change("user:20");
    await expect(cache.get("b")).rejects.toMatchObject({ code: "auth_overloaded" });
    clock.advance(299_000);
    await expect(cache.get("a")).rejects.toMatchObject({ code: "auth_overloaded" });
    open();
    await Promise.all(unknown);
    expect(await cache.get("a")).toMatchObject({ keyName: "renamed" });
  });

  test("loads that nobody may join any more still count", async () => {
    const { cache, script, change } = setUp({ maxLoads: 1 });
    const open = hold(script);
    const first = cache.get("a");
    change("*");
    await expect(cache.get("a")).rejects.toMatchObject({ code: "auth_overloaded" });
    open();
    await first;
    expect(await cache.get("a")).toMatchObject({ keyId: 1, version: 2 });
  });
});

describe("versions", () => {
  test("an old load that ends last is used by nobody, even if it began after the change was told", async () => {
    const { cache, rows, script, change } = setUp();
    const open = hold(script);
    script.version = 1;
    change("key:1");
    const begun = cache.get("a"); // reads an old copy, as from a replica that lags
    rows.set("a", snapshot(1, { keyEnabled: false }));
    cache.follow({ version: 3, tags: ["key:1"] });
    script.version = 3;
    open();
    await begun;
    expect(await cache.get("a")).toMatchObject({ keyEnabled: false, version: 3 });
  });

  test("a change that was told before its row was read keeps the row in use", async () => {
    const { cache, loads, script } = setUp();
    script.version = 5;
    await cache.get("a");
    cache.follow({ version: 4, tags: ["key:1"] });
    cache.follow({ version: 5, tags: ["*"] });
    expect(cache.get("a")).toMatchObject({ version: 5 });
    expect(loads).toHaveLength(1);
  });

  test("changes of others do not stop a load from being kept", async () => {
    const { cache, script, loads, change } = setUp();
    const open = hold(script);
    const begun = cache.get("a");
    change("user:77");
    open();
    await begun;
    expect(cache.get("a")).toMatchObject({ keyId: 1 });
    expect(loads).toHaveLength(1);
  });

  test("an unknown key that is made while its load is under way is known at once", async () => {
    const { cache, rows, script, change } = setUp();
    const open = hold(script);
    const begun = cache.get("new");
    rows.set("new", snapshot(9));
    change("key:9");
    open();
    expect(await begun).toBeNull();
    expect(await cache.get("new")).toMatchObject({ keyId: 9 });
  });

  test("A3: a request that comes after a change never sees what was before it: 1,000 random interleavings", async () => {
    for (let seed = 1; seed <= 1_000; seed++) await interleave(seed);
  });
});

/** A source whose loads read at once and answer when the test says. */
function pausedSource(truth: { version: number; state: number; group: number }) {
  const gates: (() => void)[] = [];
  const source = {
    async findByDigest() {
      const { version, state, group } = truth; // one moment of the database
      const gate = Promise.withResolvers<void>();
      gates.push(gate.resolve);
      await gate.promise;
      const userGroups = [{ id: group, name: "team", joinedVersion: 1, costMultiplierPpm: null }];
      return snapshot(1, { version, keyName: `state ${state}`, userGroups });
    },
  };
  return { source, gates };
}

/** Changes, requests, answers of loads and time in an order that the seed decides; every request checks what it is told. */
async function interleave(seed: number): Promise<void> {
  const chance = seededRandom(seed);
  const truth = { version: 1, state: 0, group: 1 };
  const { source, gates } = pausedSource(truth);
  const clock = fakeClock();
  const cache = createAuthSnapshots({ source, clock, staleMs: 0, random: () => chance(100) / 100 });
  const answers: Promise<void>[] = [];
  const change = async () => {
    const before = truth.group;
    Object.assign(truth, { version: truth.version + 1, state: truth.state + 1, group: 1 + chance(2) });
    const tag = ["key:1", "user:10", `group:${before}`, "*"][chance(4)] ?? "*";
    cache.follow({ version: truth.version, tags: before === truth.group ? [tag] : ["user:10", tag] });
  };
  const ask = async () => {
    const told = truth.state;
    const judge = (found: AuthSnapshot | null) =>
      expect(Number(found?.keyName.slice(6)), `seed ${seed}`).toBeGreaterThanOrEqual(told);
    answers.push(Promise.resolve(cache.get("a")).then(judge));
  };
  const answer = async () => {
    gates.splice(chance(Math.max(1, gates.length)), 1)[0]?.();
    await later();
  };
  const moves = [change, ask, answer, async () => clock.advance(chance(12_000))];
  for (let step = 0; step < 30; step++) await moves[chance(4)]?.();
  while (gates.length > 0) await answer();
  await Promise.all(answers);
}

describe("snapshots of other replicas", () => {
  const shared = (kept: Map<string, AuthSnapshot>, isDue = false): SharedSnapshots => ({
    async read(digest) {
      const found = kept.get(digest);
      return found === undefined ? null : { snapshot: found, isDue };
    },
    write: (digest, written) => void kept.set(digest, written),
  });

  test("save a load, and what is loaded is shared", async () => {
    const kept = new Map([["a", snapshot(1, { version: 1 })]]);
    const { cache, loads, counts } = setUp({ shared: shared(kept) });
    expect(await cache.get("a")).toMatchObject({ keyId: 1 });
    expect(await cache.get("b")).toMatchObject({ keyId: 2 });
    expect(cache.get("a")).toMatchObject({ keyId: 1 });
    expect(loads).toEqual(["b"]);
    expect([...kept.keys()]).toEqual(["a", "b"]);
    expect(counts).toEqual({ "l1 miss": 2, "l2 hit": 1, "l2 miss": 1, "db hit": 1, "l1 hit": 1 });
  });

  test("are not used when a change has outdated them", async () => {
    const kept = new Map([["a", snapshot(1, { version: 1 })]]);
    const { cache, rows, change } = setUp({ shared: shared(kept) });
    rows.set("a", snapshot(1, { keyEnabled: false }));
    change("user:10");
    expect(await cache.get("a")).toMatchObject({ keyEnabled: false });
    expect(kept.get("a")).toMatchObject({ keyEnabled: false, version: 2 });
  });

  test("are read anew behind the back in the last fifth of their life", async () => {
    const kept = new Map([["a", snapshot(1, { version: 1 })]]);
    const { cache, rows, loads } = setUp({ shared: shared(kept, true) });
    rows.set("a", snapshot(1, { keyName: "renamed" }));
    expect(await cache.get("a")).toMatchObject({ keyName: "key 1" });
    await later();
    expect(loads).toEqual(["a"]);
    expect(cache.get("a")).toMatchObject({ keyName: "renamed" });
  });

  test("serve while the database is down; unknown keys are never shared", async () => {
    const kept = new Map([["a", snapshot(1, { version: 1 })]]);
    const { cache, script } = setUp({ shared: shared(kept) });
    expect(await cache.get("x")).toBeNull();
    expect([...kept.keys()]).toEqual(["a"]);
    script.isDown = true;
    expect(await cache.get("a")).toMatchObject({ keyId: 1 });
    await expect(cache.get("b")).rejects.toMatchObject({ code: "auth_unavailable" });
  });
});

describe("test 35", () => {
  test("500 first calls of one key at once are one load", async () => {
    const { cache, script, loads } = setUp();
    const open = hold(script);
    const calls = Array.from({ length: 500 }, () => cache.get("a"));
    open();
    expect(new Set(await Promise.all(calls)).size).toBe(1);
    expect(loads).toHaveLength(1);
  });

  test("10,000 unknown keys leave the known ones, with at most 64 loads at once", async () => {
    const { cache, loads } = setUp();
    await Promise.all([cache.get("a"), cache.get("b")]);
    let most = 0;
    const unknown = Array.from({ length: 10_000 }, (_, n) => `x${n}`);
    for (let start = 0; start < unknown.length; start += 100) {
      const calls = unknown.slice(start, start + 100).map((digest) => cache.get(digest));
      most = Math.max(most, cache.stats().loads);
      const ends = await Promise.allSettled(calls);
      const refused = ends.filter(({ status }) => status === "rejected");
      expect(refused).toHaveLength(36);
      for (const end of refused) expect(end).toMatchObject({ reason: { code: "auth_overloaded" } });
    }
    expect(most).toBe(64);
    expect(cache.stats().entries).toBe(2);
    const before = loads.length;
    expect([cache.get("a"), cache.get("b")]).toMatchObject([{ keyId: 1 }, { keyId: 2 }]);
    expect(loads).toHaveLength(before);
  });
});
