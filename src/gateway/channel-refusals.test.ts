import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { openGateway, type SentCall } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { ChannelSnapshot } from "@/core/channels/channel";
import type { ChannelLimiter } from "@/core/channels/limiter";

// What a client is told when no channel has a place for its call (channels-and-rates.md L13, L14, C10 and test 4).
const queue = (queueSize: number, queueTimeoutMs = 700): ChannelLimiter => ({
  ...{ mode: "queue", capacity: 37, queueSize, queueTimeoutMs, maxWaitingPerKey: null },
});
const SHAPES = [
  { id: "openai-chat", path: "/v1/chat/completions", model: "gpt-4o" },
  { id: "anthropic-messages", path: "/v1/messages", model: "claude-sonnet-4-5" },
] as const;

type Refusal = readonly [code: string, channel: Partial<ChannelSnapshot>, most: number];
const REFUSALS: readonly Refusal[] = [
  ["channel_queue_full", { limiter: queue(2) }, 30],
  ["channel_queue_timeout", { limiter: queue(40) }, 30],
  ["channel_rate_limited", { rpm: 37 }, 60],
];

describe.each(SHAPES)("in the shape of $id", ({ path, model }) => {
  test.each(REFUSALS.flatMap((refusal) => [false, true].map((stream) => [...refusal, stream] as const)))(
    "%s says when to come again and nothing of the channel (%#)",
    async (...[code, given, most, stream]) => {
      const channel = buildChannel({ id: 4711, name: "hidden-name", baseUrl: "http://127.0.0.1:1", ...given });
      const keys = { [TEST_KEY]: buildAuthSnapshot() };
      const scene = openGateway({ channels: [channel], keys, answer: () => ({ latencyMs: 5_000 }) });
      const call: SentCall = { path, model, fields: { stream } };
      for (let running = 0; running < 37; running++) scene.send(call);
      if (code === "channel_queue_full") for (const _ of [1, 2]) scene.send(call);
      const { answer } = scene.send(call);
      await scene.finish();
      const { status, headers, body } = answer;
      expect([status, headers["x-sluice-code"], headers["content-type"]]).toEqual([
        429,
        code,
        "application/json; charset=utf-8",
      ]);
      const [seconds, ms] = [Number(headers["retry-after"]), Number(headers["retry-after-ms"])];
      expect(seconds).toBe(Math.ceil(ms / 1_000));
      expect(seconds).toBeLessThanOrEqual(most);
      expect(ms).toBeGreaterThanOrEqual(500);
      expect(headers).not.toHaveProperty("x-should-retry");
      expect(JSON.parse(body).error).toMatchObject({ type: "rate_limit_error", details: { code } });
      const told = Object.entries(headers).filter(([name]) => !name.endsWith("request-id") && name !== "request-id");
      const said = `${JSON.stringify(told)} ${body.replaceAll(/req_[0-9a-f]+/g, "")}`;
      expect(said).not.toMatch(/hidden-name|127\.0\.0\.1|4711|\b37\b/);
    },
  );
});
