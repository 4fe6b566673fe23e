import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import { channelAffinityContract } from "@/core/channels/channel-affinity.contract";
import { AppError } from "../errors";
import type { ChannelAffinity, ResponseHome } from "./channel-affinity";
import { type KeptHome, lastingHomes } from "./lasting-homes";

const DAY_MS = 86_400_000;
const HOME: ResponseHome = { channelId: 2, userId: 7, model: "gpt-5" };
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A database that can be away, shared by replicas. */
function buildStore() {
  const rows = new Map<string, KeptHome>();
  const state = { isUp: true, writes: [] as number[], reads: 0 };
  const down = () => Promise.reject(new AppError("database_unavailable"));
  return {
    rows,
    state,
    async keep(homes: readonly KeptHome[]) {
      if (!state.isUp) return down();
      state.writes.push(homes.length);
      await turn();
      for (const kept of homes) rows.set(kept.responseId, kept);
    },
    async find(responseId: string, since: number) {
      state.reads++;
      if (!state.isUp) return down();
      const kept = rows.get(responseId);
      return kept !== undefined && kept.at > since ? kept.home : null;
    },
  };
}

/** An affinity that loses everything at once, as a flushed Redis does. */
function forgetfulAffinity(): ChannelAffinity & { readonly kept: Map<string, ResponseHome> } {
  const kept = new Map<string, ResponseHome>();
  const preferences = new Map<string, readonly number[]>();
  return {
    kept,
    preferred: (conversation) => preferences.get(conversation) ?? [],
    prefer: (conversation, channels) => void preferences.set(conversation, channels),
    homeOf: (responseId) => kept.get(responseId) ?? null,
    keepHome: (responseId, home) => void kept.set(responseId, home),
  };
}

function open(store = buildStore(), affinity = forgetfulAffinity()) {
  const clock = fakeClock();
  const faults: number[] = [];
  const homes = lastingHomes({ store, affinity, clock, onFault: (_error, waiting) => void faults.push(waiting) });
  return { clock, store, affinity, homes, faults };
}

channelAffinityContract("homes that last", async () => ({ affinity: open().homes, settle: async () => {} }));

describe("a home", () => {
  test("is known here at once and to another replica once it is written, without what they share", async () => {
    const scene = open();
    scene.homes.keepHome("resp_1", HOME);
    scene.affinity.kept.clear();
    expect(await scene.homes.homeOf("resp_1")).toEqual(HOME);
    expect(await scene.homes.flush(1_000)).toBe(0);
    const other = open(scene.store);
    expect(await other.homes.homeOf("resp_1")).toEqual(HOME);
    expect(await other.homes.homeOf("resp_2")).toBeNull();
  });

  test("is known through what replicas share before the database is asked", async () => {
    const one = open();
    const other = open(one.store, one.affinity);
    one.store.state.isUp = false;
    one.homes.keepHome("resp_1", HOME);
    expect(await other.homes.homeOf("resp_1")).toEqual(HOME);
    expect(one.store.state.reads).toBe(0);
  });

  test("that cannot be read is an error and never an unknown one", async () => {
    const { homes, store } = open();
    store.state.isUp = false;
    await expect(homes.homeOf("resp_1")).rejects.toMatchObject({ code: "auth_unavailable", status: 503 });
    store.state.isUp = true;
    expect(await homes.homeOf("resp_1")).toBeNull();
  });

  test("that cannot be written is tried again until it can", async () => {
    const { homes, store, clock, faults, affinity } = open();
    store.state.isUp = false;
    for (let id = 0; id < 700; id++) homes.keepHome(`resp_${id}`, HOME);
    await turn();
    expect(faults).toEqual([700]);
    clock.advance(1_000);
    await turn();
    expect(faults).toEqual([700, 700]);
    affinity.kept.clear();
    expect(await homes.homeOf("resp_3")).toEqual(HOME);
    store.state.isUp = true;
    clock.advance(1_000);
    expect(await homes.flush(1_000)).toBe(0);
    expect(store.rows.size).toBe(700);
    expect(store.state.writes).toEqual([500, 200]);
  });

  test("the newer of two of one response is written, also when it comes during a write", async () => {
    const { homes, store } = open();
    homes.keepHome("resp_1", HOME);
    homes.keepHome("resp_1", { ...HOME, channelId: 3 });
    await homes.flush(1_000);
    expect(store.rows.get("resp_1")?.home.channelId).toBe(3);
  });

  test("ends after 30 days, here and in the database", async () => {
    const { homes, store, clock, affinity } = open();
    homes.keepHome("resp_1", HOME);
    await homes.flush(1_000);
    affinity.kept.clear();
    clock.advance(30 * DAY_MS - 1);
    expect(await homes.homeOf("resp_1")).toEqual(HOME);
    clock.advance(1);
    expect(await homes.homeOf("resp_1")).toBeNull();
    expect(store.state.reads).toBe(1);
  });
});

test("a flush gives up after its time and tells what is left", async () => {
  const { homes, store, clock } = open();
  store.state.isUp = false;
  homes.keepHome("resp_1", HOME);
  const left = homes.flush(500);
  await turn();
  clock.advance(500);
  expect(await left).toBe(1);
});
