import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import type { ConfigSnapshot } from "./config-snapshot";
import { createConfigSnapshots } from "./config-snapshots";
import { DEFAULT_SETTINGS } from "./settings/settings";

const snapshot = (version: number): ConfigSnapshot => ({
  version,
  settings: DEFAULT_SETTINGS,
  channels: [],
  limited: [],
  channelNames: new Map(),
  channelsFor: () => [],
  modelGroupOf: () => null,
  traitsOf: () => null,
  modelGroups: new Map(),
  prices: { rowsFor: () => [], defaultRows: () => [] },
});
const later = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp() {
  const clock = fakeClock();
  const errors: unknown[] = [];
  const loads: PromiseWithResolvers<ConfigSnapshot>[] = [];
  const snapshots = createConfigSnapshots({
    initial: snapshot(1),
    load() {
      const load = Promise.withResolvers<ConfigSnapshot>();
      loads.push(load);
      return load.promise;
    },
    clock,
    onError: (error) => void errors.push(error),
  });
  return { clock, errors, loads, snapshots };
}

test.each(["channels", "prices", "settings", "models", "*"])("a change of %s loads a new snapshot", async (tag) => {
  const { loads, snapshots } = setUp();
  snapshots.invalidate(["key:1", tag]);
  expect(snapshots.current().version).toBe(1);
  loads[0]?.resolve(snapshot(2));
  await snapshots.settled();
  expect(snapshots.current().version).toBe(2);
});

test("a change of keys, users and user groups does not concern it", () => {
  const { loads, snapshots } = setUp();
  snapshots.invalidate(["key:1", "user:2", "group:3"]);
  expect(loads).toHaveLength(0);
});

test("changes that come while a load runs make exactly one more follow", async () => {
  const { loads, snapshots } = setUp();
  for (let i = 0; i < 5; i++) snapshots.invalidate(["prices"]);
  expect(loads).toHaveLength(1);
  loads[0]?.resolve(snapshot(2));
  await later();
  expect(loads).toHaveLength(2);
  loads[1]?.resolve(snapshot(3));
  await snapshots.settled();
  expect(snapshots.current().version).toBe(3);
  expect(loads).toHaveLength(2);
});

test("a load that fails keeps the old snapshot and is repeated with growing pauses", async () => {
  const { clock, errors, loads, snapshots } = setUp();
  snapshots.invalidate(["*"]);
  loads[0]?.reject(new Error("down"));
  await snapshots.settled();
  expect(snapshots.current().version).toBe(1);
  expect(errors).toHaveLength(1);
  clock.advance(500);
  expect(loads).toHaveLength(2);
  loads[1]?.reject(new Error("down"));
  await snapshots.settled();
  clock.advance(999);
  expect(loads).toHaveLength(2);
  clock.advance(1);
  loads[2]?.resolve(snapshot(4));
  await snapshots.settled();
  expect(snapshots.current().version).toBe(4);
  expect(clock.pending()).toBe(0);
});

test("a change during the pause loads at once, and only once", async () => {
  const { clock, loads, snapshots } = setUp();
  snapshots.invalidate(["*"]);
  loads[0]?.reject(new Error("down"));
  await snapshots.settled();
  snapshots.invalidate(["prices"]);
  expect(loads).toHaveLength(2);
  expect(clock.pending()).toBe(0);
  loads[1]?.resolve(snapshot(2));
  await snapshots.settled();
  clock.advance(10_000);
  expect(loads).toHaveLength(2);
});
