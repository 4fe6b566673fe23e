import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildChannel } from "@test/build-deps";
import { fakeClock } from "@test/fake-clock";
import { type GatewayScene, type OpenGateway, openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { ChannelSnapshot } from "@/core/channels/channel";
import { createChannelHealth } from "@/core/channels/channel-health";
import { memoryChannelPeers } from "@/stores/memory/channel-peers";

const OK: UpstreamAnswer = {};
const BROKEN: UpstreamAnswer = { status: 500 };

/** Channel 1 is preferred to channel 2, and so on; channel `n` is the host `127.0.0.n`. */
const channels = (count: number, given: Partial<ChannelSnapshot> = {}) =>
  Array.from({ length: count }, (_, index) =>
    buildChannel({ id: index + 1, baseUrl: `http://127.0.0.${index + 1}:1`, priority: index, ...given }),
  );
const channelOf = (url: string) => Number(/127\.0\.0\.(\d+)/.exec(url)?.[1]);

/** A gateway whose channels answer by their id. */
function open(count: number, answers: (channel: number) => UpstreamAnswer, scene: Partial<GatewayScene> = {}) {
  return openGateway({ channels: channels(count), answer: ({ url }) => answers(channelOf(url)), ...scene });
}

/** Channels that were asked since the last look. */
function asked({ upstream }: OpenGateway): number[] {
  return upstream.requests.splice(0).map(({ url }) => channelOf(url));
}

const times = async (count: number, work: () => Promise<unknown>) => {
  for (let done = 0; done < count; done++) await work();
};

describe("a channel that asks for a rest", () => {
  const limited = (headers: Record<string, string>) => (channel: number) =>
    channel === 1 ? { status: 429, headers } : OK;

  test("gets no call for that model until it is over, on the other replicas too; another model is served", async () => {
    const clock = fakeClock();
    const hub = memoryChannelPeers(clock);
    const replica = () =>
      open(2, limited({ "retry-after": "3" }), { clock, health: createChannelHealth({ clock, peers: hub.join() }) });
    const [a, b] = [replica(), replica()];
    expect((await a.one()).status).toBe(200);
    expect(asked(a)).toEqual([1, 2]);
    const startedAt = clock.now();
    await times(2, () => a.one());
    await times(2, () => b.one());
    expect([asked(a), asked(b)]).toEqual([
      [2, 2],
      [2, 2],
    ]);
    await a.one({ model: "claude-sonnet-4-5" });
    expect(asked(a)).toEqual([1, 2]);
    await a.pass(3_000 - (clock.now() - startedAt));
    await a.one();
    expect(asked(a)).toEqual([1, 2]);
  });

  test("without saying how long gets none, unless there is a default", async () => {
    const none = open(2, limited({}));
    await times(2, () => none.one());
    expect(asked(none)).toEqual([1, 2, 1, 2]);
    const some = open(2, limited({}), { settings: { cooldownDefaultMs: 5_000 } });
    await times(2, () => some.one());
    expect(asked(some)).toEqual([1, 2, 2]);
  });

  test("leaves a call without any channel, which is told when to come again and is not charged", async () => {
    const scene = open(1, limited({ "retry-after": "30" }));
    expect((await scene.one()).status).toBe(429);
    await scene.pass(12_000);
    const { status, headers } = await scene.one();
    expect([status, headers["x-sluice-code"]]).toEqual([503, "no_channel_available"]);
    expect(Number(headers["retry-after-ms"])).toBeGreaterThan(16_000);
    expect(Number(headers["retry-after-ms"])).toBeLessThanOrEqual(18_000);
    expect(asked(scene)).toEqual([1]);
    expect([scene.left.entries.length, scene.left.denials.length]).toEqual([1, 1]);
    expect(scene.journal.settled.map(({ kind }) => kind)).toEqual(["settled", "voided"]);
  });

  test("answers the last call in its own words, with its own hint", async () => {
    const fault = { status: 429, headers: { "retry-after": "20" }, usage: null };
    const scene = open(1, () => fault);
    expect((await scene.one()).headers["retry-after"]).toBe("20");
  });
});

describe("a channel that fails", () => {
  test("five times gets no call for 30 s while a peer serves; then one request probes it, and two good probes bring it back", async () => {
    const health = { first: BROKEN };
    const scene = open(2, (channel) => (channel === 1 ? health.first : OK));
    await times(5, () => scene.one());
    expect(asked(scene).filter((channel) => channel === 1)).toHaveLength(5);
    await times(20, () => scene.one());
    await scene.pass(27_000);
    expect(asked(scene)).not.toContain(1);
    health.first = OK;
    await scene.pass(1_000);
    const answers = Array.from({ length: 20 }, () => scene.send().answer);
    await scene.finish();
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(asked(scene).filter((channel) => channel === 1)).toHaveLength(1);
    await scene.one();
    expect(asked(scene)).toEqual([1]);
    const after = Array.from({ length: 20 }, () => scene.send());
    await scene.finish();
    expect([after.length, asked(scene).filter((channel) => channel === 1).length]).toEqual([20, 20]);
  });

  test("is charged for the one request that probes it, not for those that may not", async () => {
    const scene = openGateway({
      channels: channels(2).map((channel) => (channel.id === 1 ? { ...channel, rpm: 50 } : channel)),
      answer: ({ url }) => (channelOf(url) === 1 ? BROKEN : OK),
    });
    await times(5, () => scene.one());
    await scene.pass(30_000);
    for (let call = 0; call < 5; call++) scene.send();
    await scene.finish();
    expect(scene.deps.rates.counts(1).rpmUsed).toBe(6);
  });

  test("its probe is answered by a peer, and it is out for twice as long", async () => {
    const scene = open(2, (channel) => (channel === 1 ? BROKEN : OK));
    await times(5, () => scene.one());
    await scene.pass(30_000);
    asked(scene);
    expect((await scene.one()).status).toBe(200);
    expect(asked(scene)).toEqual([1, 2]);
    await scene.pass(58_000);
    await scene.one();
    expect(asked(scene)).toEqual([2]);
    await scene.pass(2_000);
    await scene.one();
    expect(asked(scene)).toEqual([1, 2]);
  });

  test("is asked all the same when it is the last one, unless the setting says otherwise", async () => {
    const scene = open(1, () => BROKEN);
    await times(8, () => scene.one());
    expect(asked(scene)).toHaveLength(8);
    const block = open(1, () => BROKEN, { settings: { breakerLastChannel: "block" } });
    await times(8, () => block.one());
    expect(asked(block)).toHaveLength(5);
    expect((await block.one()).headers["x-sluice-code"]).toBe("no_channel_available");
  });

  test("and its peers too: all are asked, as long as nothing but breakers keeps them out", async () => {
    const scene = open(2, () => BROKEN);
    await times(5, () => scene.one());
    asked(scene);
    expect((await scene.one()).status).toBe(500);
    expect(asked(scene)).toEqual([1, 2]);
  });

  test("by a refused credential rests after three refusals in a row; the upstream's words reach nobody", async () => {
    const scene = open(2, (channel) => (channel === 1 ? { status: 401 } : OK));
    await times(4, () => scene.one());
    expect(asked(scene)).toEqual([1, 2, 1, 2, 1, 2, 2]);
    const alone = open(1, () => ({ status: 401 }));
    const { status, headers } = await alone.one();
    expect([status, headers["x-sluice-code"]]).toEqual([502, "upstream_account_error"]);
  });

  test("by a refused credential is asked with its next one, and rests when none is left", async () => {
    const credentials = [
      { id: 1, value: "old" },
      { id: 2, value: "new" },
    ];
    const accepted = new Set(["new"]);
    const scene = openGateway({
      channels: [...channels(1, { credentials, credential: "old" }), ...channels(2).slice(1)],
      answer: ({ url, headers }) =>
        channelOf(url) === 2 || accepted.has(headers.authorization?.slice(7) ?? "") ? OK : { status: 403 },
    });
    const used = () =>
      scene.upstream.requests.splice(0).map(({ headers }) => headers.authorization?.replace("Bearer ", ""));
    await times(5, () => scene.one());
    const peer = "upstream-credential";
    expect(used()).toEqual(["old", peer, "old", peer, "old", peer, "new", "new"]);
    accepted.clear();
    await times(5, () => scene.one());
    expect(used()).toEqual(["new", peer, "new", peer, "new", peer, peer, peer]);
    accepted.add("old");
    scene.deps.health.passed(1);
    await scene.one();
    expect(used()).toEqual(["old"]);
  });

  test("by the client's own fault stays in", async () => {
    const scene = open(2, () => ({ status: 400 }));
    await times(12, () => scene.one());
    expect(asked(scene)).toEqual(Array.from({ length: 12 }, () => 1));
  });

  test("three channels of five are asked, if that many are broken", async () => {
    const scene = open(5, () => BROKEN, { settings: { maxAttempts: 3 } });
    expect((await scene.one()).status).toBe(500);
    expect(asked(scene)).toEqual([1, 2, 3]);
  });
});
