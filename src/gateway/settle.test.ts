import { buildAuthSnapshot, buildChannel, buildGatewayDeps, type GatewayParts, TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { buildRequest } from "@test/build-request";
import { describe, expect, test } from "vitest";
import type { Decision } from "@/core/decision";
import type { GatewayReply } from "@/protocols/exchange";
import { createGateway } from "./gateway";
import type { UpstreamClient } from "./gateway-deps";

const SILENT: GatewayReply = {
  isStarted: true,
  isClosed: false,
  start() {},
  write: () => true,
  drained: () => Promise.resolve(),
  end() {},
  destroy() {},
  onClosed: () => () => {},
};

/** An upstream that answers at once with a usage. */
function upstreamOf(input: number, output: number): UpstreamClient {
  const body = Buffer.from(JSON.stringify({ usage: { prompt_tokens: input, completion_tokens: output } }));
  return {
    send(_request, _options, sink) {
      setImmediate(() => {
        sink.onHead(200, { "content-type": "application/json" });
        sink.onEnd(body);
      });
      return { pause() {}, resume() {}, abort() {} };
    },
    close: () => Promise.resolve(),
  };
}

/** Serves one call of 100 bytes; what it left behind. */
async function serve(
  fields: Readonly<Record<string, unknown>>,
  usage: readonly [number, number],
  parts: Partial<GatewayParts> = {},
) {
  const { deps, left } = buildGatewayDeps({
    channels: [buildChannel({ baseUrl: "http://127.0.0.1:1" })],
    upstream: upstreamOf(...usage),
    ...parts,
  });
  const body = { model: "gpt-4o", messages: [], ...fields, user: "" };
  body.user = "u".repeat(100 - JSON.stringify(body).length);
  await createGateway(deps).handle(buildRequest({ headers: { authorization: `Bearer ${TEST_KEY}` }, body }), SILENT);
  return { ...left, decision: left.requests[0]?.decision as Decision };
}

const strictly = {
  keys: { [TEST_KEY]: buildAuthSnapshot({ limits: [buildLimit({ enforcement: "strict", amount: 10 ** 15 })] }) },
};

describe("what an upstream counted beyond the worst case of the estimate", () => {
  // 100 bytes may be 50 tokens and 128 of overhead; without a maximum the output may be 16,384.
  test.each([
    { what: "nothing", fields: {}, usage: [178, 16_384], exceeded: [] },
    { what: "input", fields: {}, usage: [179, 50], exceeded: ["input"] },
    { what: "output above the client's maximum", fields: { max_tokens: 50 }, usage: [100, 51], exceeded: ["output"] },
    { what: "output above the clamp", fields: { max_tokens: 30_000 }, usage: [100, 16_385], exceeded: ["output"] },
    { what: "both", fields: { max_tokens: 50, n: 2 }, usage: [1_000, 101], exceeded: ["input", "output"] },
  ] as const)("is counted by part: $what", async ({ fields, usage, exceeded }) => {
    expect((await serve(fields, usage)).exceeded).toEqual(exceeded);
  });

  test("is no output above the clamp where only strict limits bound the call", async () => {
    expect((await serve({ max_tokens: 30_000 }, [100, 16_385], strictly)).exceeded).toEqual([]);
    expect((await serve({ max_tokens: 30_000 }, [100, 30_001], strictly)).exceeded).toEqual(["output"]);
  });
});

describe("the decision of a call", () => {
  test("keeps the size of its text and its choices, from which the habits of models are learnt", async () => {
    expect((await serve({}, [25, 50])).decision.estimate).toEqual({ inputTokens: 25, textBytes: 100 });
    expect((await serve({ n: 3 }, [25, 50])).decision.estimate).toEqual({
      inputTokens: 25,
      textBytes: 100,
      choices: 3,
    });
  });

  test("is estimated by the habits of its billed model", async () => {
    const habitsOf = (model: string) => ({ bytesPerToken: model === "gpt-4o" ? 2 : 8, expectedOutputTokens: 64 });
    expect((await serve({}, [25, 50], { habitsOf })).decision.estimate).toMatchObject({ inputTokens: 50 });
  });
});
