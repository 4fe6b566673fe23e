import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { type GatewayScene, type OpenGateway, openGateway, type SentCall } from "@test/open-gateway";
import { seededRandom } from "@test/seeded-random";
import { describe, expect, test } from "vitest";
import type { ChannelSnapshot } from "@/core/channels/channel";
import { type ChannelLimiter, NO_LIMITER } from "@/core/channels/limiter";
import { memoryChannelAffinity } from "@/stores/memory/channel-affinity";
import type { AttemptEnd } from "./attempt";
import { bindResponse } from "./bind-response";
import { endAttempt } from "./end-attempt";

const OTHER_KEY = `${TEST_KEY.slice(0, -1)}x`;
const ONE: ChannelLimiter = { ...NO_LIMITER, mode: "reject", capacity: 1 };
const SESSION: SentCall = { headers: { "x-session-id": "talk" } };

/** Three channels of one slot each, drawn by seeded chance; channel `n` is the host `127.0.0.n`. */
function open(
  given: Partial<ChannelSnapshot> | ((id: number) => Partial<ChannelSnapshot>) = {},
  scene: Partial<GatewayScene> = {},
) {
  const channels = [1, 2, 3].map((id) =>
    buildChannel({
      ...{ id, baseUrl: `http://127.0.0.${id}:1`, limiter: ONE },
      ...(typeof given === "function" ? given(id) : given),
    }),
  );
  const keys = { [TEST_KEY]: buildAuthSnapshot(), [OTHER_KEY]: buildAuthSnapshot({ keyId: 9 }) };
  return openGateway({ channels, keys, random: chance(seededRandom(5)), ...scene });
}

const chance = (next: (below: number) => number) => () => next(1_000_000) / 1_000_000;
const channelOf = (url: string) => Number(/127\.0\.0\.(\d+)/.exec(url)?.[1]);

/** Makes turns one after the other and tells which channels they went to. */
async function turns(scene: OpenGateway, count: number, call = SESSION) {
  scene.upstream.requests.splice(0);
  for (let turn = 0; turn < count; turn++) expect((await scene.one(call)).status).toBe(200);
  return scene.upstream.requests.splice(0).map(({ url }) => channelOf(url));
}

/** Occupies a channel until the returned function is called. */
function occupy({ deps }: OpenGateway, channel: number) {
  const reply = deps.slots.tryAcquire(channel);
  if (reply instanceof Promise || reply.kind !== "granted") throw new Error("no slot");
  return () => reply.slot.release();
}

describe("a conversation", () => {
  test.each<[string, SentCall]>([
    ["the header x-session-id", SESSION],
    ["the field prompt_cache_key", { fields: { prompt_cache_key: "talk", user: "ada" } }],
    ["the field user", { fields: { user: "ada" } }],
  ])("named by %s stays at one channel of three; without a name it does not", async (_name, call) => {
    const scene = open();
    expect(new Set(await turns(scene, 20, call)).size).toBe(1);
    expect(new Set(await turns(scene, 20, {})).size).toBe(3);
  });

  test("goes elsewhere while its channel is full, to one and the same, and back when it is free", async () => {
    const scene = open();
    const [home = 0] = await turns(scene, 1);
    const free = occupy(scene, home);
    const away = new Set(await turns(scene, 6));
    expect(away.size).toBe(1);
    expect(away.has(home)).toBe(false);
    free();
    expect(new Set(await turns(scene, 6))).toEqual(new Set([home]));
  });

  test("that spilled to a lower group returns when the better one has room", async () => {
    const scene = open((id) => ({ priority: id === 3 ? 1 : 0 }));
    const [home = 0] = await turns(scene, 1);
    const free = [1, 2].map((id) => occupy(scene, id));
    expect(await turns(scene, 2)).toEqual([3, 3]);
    for (const release of free) release();
    expect(new Set(await turns(scene, 6))).toEqual(new Set([home]));
  });

  test("leaves a channel that fails for good", async () => {
    let broken = 0;
    const scene = open({}, { answer: ({ url }) => (channelOf(url) === broken ? { status: 500 } : {}) });
    [broken = 0] = await turns(scene, 1);
    await turns(scene, 1);
    const [home = 0] = await turns(scene, 1);
    expect(home).not.toBe(broken);
    broken = 0;
    expect(new Set(await turns(scene, 6))).toEqual(new Set([home]));
  });

  test("that goes on with another model stays at its channel, which serves that too", async () => {
    const scene = open();
    for (const talk of ["a", "b", "c", "d", "e", "f"]) {
      const session = { headers: { "x-session-id": talk } };
      const [home] = await turns(scene, 1, session);
      expect(await turns(scene, 2, { ...session, model: "mapped" })).toEqual([home, home]);
      expect(await turns(scene, 1, session)).toEqual([home]);
    }
  });

  test("keeps a channel of each model where none serves both", async () => {
    const served = (id: number) => (id < 3 ? "gpt-4o" : "mapped");
    const channels = [1, 2, 3, 4, 5].map((id) =>
      buildChannel({
        ...{ id, baseUrl: `http://127.0.0.${id}:1` },
        models: new Map([[served(id), { name: served(id), upstream: served(id) }]]),
      }),
    );
    const scene = open({}, { channels });
    const [one] = await turns(scene, 1);
    const [other] = await turns(scene, 1, { ...SESSION, model: "mapped" });
    for (let turn = 0; turn < 6; turn++) {
      expect(await turns(scene, 1)).toEqual([one]);
      expect(await turns(scene, 1, { ...SESSION, model: "mapped" })).toEqual([other]);
    }
  });

  test("begun with a model of one channel goes on there with a model of three", async () => {
    const scene = open((id) =>
      id === 2 ? {} : { models: new Map([["gpt-4o", { name: "gpt-4o", upstream: "gpt-4o" }]]) },
    );
    for (const talk of ["a", "b", "c", "d", "e", "f"]) {
      const session = { headers: { "x-session-id": talk } };
      expect(await turns(scene, 1, { ...session, model: "mapped" })).toEqual([2]);
      expect(await turns(scene, 1, session)).toEqual([2]);
    }
  });

  test("is another one under another key", async () => {
    const scene = open();
    await turns(scene, 1);
    const stored: string[] = [];
    const { affinity } = scene.deps;
    const prefer: typeof affinity.prefer = (name, channels) => {
      stored.push(name);
      affinity.prefer(name, channels);
    };
    const listening = open({}, { affinity: { ...affinity, prefer } });
    await turns(listening, 1);
    await turns(listening, 1, { ...SESSION, key: OTHER_KEY });
    expect(new Set(stored).size).toBe(2);
    expect(stored.join()).not.toContain("talk");
  });
});

describe("a stored response", () => {
  const setUp = () => {
    const scene = open();
    const config = scene.deps.config.current();
    const candidates = config.channels.map((channel) => ({
      ...{ channel, upstreamModel: "gpt-4o", billedModel: "gpt-4o", rows: [], overflow: "spill" as const },
    }));
    const affinity = memoryChannelAffinity(scene.clock);
    return {
      target: { model: "gpt-4o", candidates, config, groupPpm: 1_000_000 },
      affinity,
      deps: { ...scene.deps, affinity },
    };
  };
  const bind = (responseId: string, userId: number, { target, affinity }: ReturnType<typeof setUp>) =>
    bindResponse({ responseId, caller: { userId }, target }, { affinity });

  test("binds to the channel that made it; an unknown id binds nothing", async () => {
    const scene = setUp();
    scene.affinity.keepHome("resp_1", { channelId: 2, userId: 7, model: "gpt-4o" });
    const bound = await bind("resp_1", 7, scene);
    expect(bound.candidates.map(({ channel }) => channel.id)).toEqual([2]);
    expect((await bind("resp_2", 7, scene)).candidates).toHaveLength(3);
  });

  test("of another user is not found; one whose channel does not serve the call has no channel", async () => {
    const scene = setUp();
    scene.affinity.keepHome("resp_1", { channelId: 2, userId: 8, model: "gpt-4o" });
    scene.affinity.keepHome("resp_2", { channelId: 99, userId: 7, model: "gpt-4o" });
    await expect(bind("resp_1", 7, scene)).rejects.toMatchObject({ code: "response_not_found", status: 404 });
    await expect(bind("resp_2", 7, scene)).rejects.toMatchObject({ code: "no_channel_available" });
  });

  test("is kept with its channel, user and model, however the reply ended", () => {
    const { target, affinity, deps } = setUp();
    const [candidate] = target.candidates;
    if (candidate === undefined) throw new Error("no channel");
    const ended = (responseId: string, outcome: "ok" | "upstream_error") => {
      const relay = { outcome, failure: null, status: 200, headers: {}, reading: { responseId } };
      const end = { isDispatched: true, relay } as unknown as AttemptEnd;
      const taken = { slot: { token: "1", release() {} }, probe: null, waitedMs: 0, unit: null, isAlone: false };
      const chosen = {
        kind: "chosen",
        candidate,
        taken,
        order: [candidate],
        ignoresBreakers: false,
        trace: { candidates: [], chosen: 1 },
      } as const;
      endAttempt({ chosen, end, target, affinity: null, credential: null, userId: 7, isRateOnly: false }, deps);
    };
    ended("resp_good", "ok");
    ended("resp_bad", "upstream_error");
    const home = { channelId: 1, userId: 7, model: "gpt-4o" };
    expect(affinity.homeOf("resp_good")).toEqual(home);
    expect(affinity.homeOf("resp_bad")).toEqual(home);
  });
});
