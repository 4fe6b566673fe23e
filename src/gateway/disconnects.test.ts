import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { openGateway } from "@test/open-gateway";
import { SPOKEN, type SpokenPart, type SpokenReplies } from "@test/spoken-replies";
import { describe, expect, test } from "vitest";

// Acceptance test 19 of protocols-and-pricing.md: where a client may leave x what it asked for x what the channel does then (T13).

const OTHER_KEY = `${TEST_KEY.slice(0, -1)}x`;
const INPUT_TOKEN = 2_500;
const OUTPUT_TOKEN = 10_000;
/** Of a body of 200 bytes. */
const ESTIMATED_INPUT = 50;
const LIMITER = { mode: "queue", capacity: 1, queueSize: 5, queueTimeoutMs: 60_000, maxWaitingPerKey: null } as const;

/** Another call has the slot for the first second; the head comes 500 ms behind the dispatch, four parts each 200 ms later, the end at last. */
const MOMENTS = { queued: 500, sent: 1_280, "mid-stream": 2_000, "after the terminal event": 2_560, ended: 3_500 };
type Moment = keyof typeof MOMENTS;
/** Parts that have come by then. */
const READ: Record<Moment, number> = { queued: 0, sent: 0, "mid-stream": 2, "after the terminal event": 4, ended: 4 };

const WAYS = {
  abort: { onDisconnect: "abort", drainTimeoutMs: 30_000, maxDrains: 64 },
  "drain ends": { onDisconnect: "drain", drainTimeoutMs: 30_000, maxDrains: 64 },
  "drain expires": { onDisconnect: "drain", drainTimeoutMs: 60, maxDrains: 64 },
  "no drain is left": { onDisconnect: "drain", drainTimeoutMs: 30_000, maxDrains: 0 },
} as const;
type Way = keyof typeof WAYS;

type Case = { readonly moment: Moment; readonly kind: "plain" | "stream"; readonly way: Way };
const CASES: readonly Case[] = (Object.keys(MOMENTS) as Moment[]).flatMap((moment) =>
  (["stream", "plain"] as const).flatMap((kind) => (Object.keys(WAYS) as Way[]).map((way) => ({ moment, kind, way }))),
);

/** A reply that is not streamed is billed in full, so its channel's `abort` is none (quota.md section 6). */
const isReadOn = ({ moment, kind, way }: Case) =>
  (moment === "sent" || moment === "mid-stream") && (way === "drain ends" || (way === "abort" && kind === "plain"));

/** How long slot and hold stay. */
function heldAfterLeaving(given: Case): "other" | "free" | "60 ms" | "to the end" {
  if (given.moment === "queued") return "other";
  if (isReadOn(given)) return "to the end";
  const isDraining = given.way === "drain expires" && (given.moment === "sent" || given.moment === "mid-stream");
  return isDraining ? "60 ms" : "free";
}

function open({ call, ...spoken }: SpokenReplies, { kind, way }: Case) {
  const { onDisconnect, drainTimeoutMs, maxDrains } = WAYS[way];
  const parts = spoken[kind];
  const answer = (_request: unknown, index: number): UpstreamAnswer =>
    index === 0
      ? { latencyMs: 1_000 }
      : {
          latencyMs: 500,
          headers: { "content-type": kind === "stream" ? "text/event-stream" : "application/json" },
          events: [...parts.map(({ text }) => ({ afterMs: 200, text })), { afterMs: 500, text: "\n" }],
        };
  const limits = [buildLimit()];
  const scene = openGateway({
    channels: [buildChannel({ baseUrl: "http://127.0.0.1:1", limiter: LIMITER, onDisconnect })],
    keys: { [TEST_KEY]: buildAuthSnapshot({ limits }), [OTHER_KEY]: buildAuthSnapshot({ userId: 8, keyId: 9 }) },
    settings: { drainTimeoutMs },
    maxDrains,
    answer,
  });
  scene.send({ key: OTHER_KEY });
  const fields = kind === "stream" ? { stream: true, stream_options: { include_usage: true } } : {};
  return { scene, parts, send: () => scene.send({ ...call, fields, bytes: 200 }) };
}

type Scene = ReturnType<typeof open>["scene"];

/** Slots, waiters, holds of the call and open upstreams. */
async function owned({ deps, quota, upstream }: Scene) {
  const [stats] = await deps.slots.stats([1]);
  const holds = quota.book.running().length;
  return { slots: stats?.inFlight, waiting: stats?.waiting, holds, upstreams: upstream.open };
}
const NOTHING = { slots: 0, waiting: 0, holds: 0, upstreams: 0 };
const ONE_CALL = { slots: 1, waiting: 0, holds: 1, upstreams: 1 };

/** What the last part that was read is charged by. */
function chargeOf(part: SpokenPart | undefined, isWhole: boolean) {
  const input = part?.input ?? ESTIMATED_INPUT;
  const output = part?.output ?? 0;
  return {
    costNanoUsd: input * INPUT_TOKEN + output * OUTPUT_TOKEN,
    tokens: input + output,
    costSource: isWhole ? "upstream" : "estimated",
  };
}

describe.each(SPOKEN)("a client of $id", (spoken) => {
  test.each(CASES)("that leaves a $kind call when it is $moment ($way)", async (given) => {
    const { moment, way } = given;
    const { scene, parts, send } = open(spoken, given);
    await scene.pass(20);
    const { answer } = send();
    await scene.pass(MOMENTS[moment] - 20);
    answer.leave();
    await scene.pass(20);
    const held = heldAfterLeaving(given);
    if (held === "other") expect(await owned(scene)).toMatchObject({ slots: 1, waiting: 0, upstreams: 1 });
    else expect(await owned(scene)).toEqual(held === "free" ? NOTHING : ONE_CALL);
    if (held === "60 ms") {
      await scene.pass(60);
      expect(await owned(scene)).toEqual(NOTHING);
    }
    if (held === "to the end") {
      await scene.pass(2_280 - MOMENTS[moment] - 20);
      expect(await owned(scene)).toEqual(ONE_CALL);
      await scene.pass(60);
      expect(await owned(scene), "the terminal event is the end of it").toEqual(NOTHING);
    }
    await scene.finish();
    expect(await owned(scene)).toEqual(NOTHING);

    const entries = scene.left.entries.filter(({ keyId }) => keyId !== 9);
    const requests = scene.left.requests.filter(({ keyId }) => keyId !== 9);
    const counters = await scene.counters();
    expect(counters.map(({ held }) => held)).toEqual([0]);
    if (moment === "queued") {
      expect([entries, requests, counters[0]?.settled]).toEqual([[], [], 0]);
      expect(scene.upstream.sent).toBe(1);
      return;
    }
    const read = isReadOn(given) ? parts.length : READ[moment];
    const charge = chargeOf(parts[read - 1], read === parts.length);
    expect(entries, way).toMatchObject([{ outcome: moment === "ended" ? "ok" : "client_aborted", ...charge }]);
    expect(requests).toMatchObject([{ outcome: entries[0]?.outcome, costNanoUsd: charge.costNanoUsd }]);
    expect(counters[0]?.settled).toBe(charge.costNanoUsd);
    expect(answer.body).toBe(
      parts
        .slice(0, READ[moment])
        .map(({ text }) => text)
        .join("") + (moment === "ended" ? "\n" : ""),
    );
  });
});

test("no more are drained at once than SLUICE_MAX_DRAINS, and the next one when one has ended", async () => {
  const [spoken] = SPOKEN;
  if (spoken === undefined) throw new Error("no protocol streams");
  const events = spoken.stream.map(({ text }) => ({ afterMs: 200, text }));
  const scene = openGateway({
    channels: [buildChannel({ baseUrl: "http://127.0.0.1:1", onDisconnect: "drain" })],
    maxDrains: 1,
    answer: () => ({ events }),
  });
  const leave = async () => {
    const { answer } = scene.send({ ...spoken.call, fields: { stream: true } });
    await scene.pass(400);
    answer.leave();
    await scene.pass(20);
  };
  await leave();
  expect(scene.upstream.open).toBe(1);
  await leave();
  expect(scene.upstream.open).toBe(1);
  await scene.finish();
  await leave();
  expect(scene.upstream.open).toBe(1);
  await scene.finish();
  expect(scene.left.entries.map(({ costSource }) => costSource)).toEqual(["estimated", "upstream", "upstream"]);
});

test.each<[string, UpstreamAnswer]>([
  ["refuses", { latencyMs: 500, status: 500, usage: null }],
  ["cannot be reached", { latencyMs: 500, fault: "upstream_unreachable" }],
  ["begins with an error", { latencyMs: 500, events: [{ afterMs: 0, text: SPOKEN[0]?.failed ?? "" }] }],
])("a call whose client left before its upstream %s costs nothing", async (_what, answer) => {
  const scene = openGateway({
    channels: [1, 2].map((id) => buildChannel({ id, baseUrl: "http://127.0.0.1:1", onDisconnect: "drain" })),
    answer: () => answer,
  });
  const call = scene.send({ fields: { stream: true } });
  await scene.pass(200);
  call.answer.leave();
  await scene.finish();
  expect(scene.upstream.sent).toBe(1);
  expect(scene.left.entries).toMatchObject([{ outcome: "client_aborted", costNanoUsd: 0, costSource: "none" }]);
});
