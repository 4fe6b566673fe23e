import { TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { describe, expect, test } from "vitest";
import { openScene, openSpentScene, type Scene } from "./support/open-scene";
import { type RecordedRequest, recordedRequests, sendRecorded } from "./support/recorded-request";

const [hello, question] = recordedRequests("claude-code", TEST_KEY) as [RecordedRequest, RecordedRequest];
const ask = (scene: Scene) => sendRecorded(scene.url, question);

/** The text of a Messages stream. */
function textOf(stream: string): string {
  const deltas = [...stream.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data) as Event);
  return deltas.map(({ delta }) => delta?.text ?? "").join("");
}
type Event = { readonly delta?: { readonly text?: string } };

describe.concurrent("Claude Code", () => {
  test("is answered when it asks whether somebody is there", async () => {
    await using scene = await openScene();
    const reply = await sendRecorded(scene.url, hello);
    expect([hello.method, hello.path, reply.status, reply.text]).toEqual(["HEAD", "/", 200, ""]);
  });

  test("has its request of 115,770 bytes sent on unchanged, and streams the answer", async () => {
    await using scene = await openScene();
    scene.upstream.next({ text: "Hello from upstream", inputTokens: 25_000, outputTokens: 12 });
    const reply = await ask(scene);
    expect(question.path).toBe("/v1/messages?beta=true");
    expect(question.body).toHaveLength(115_770);
    expect([reply.status, textOf(reply.text)]).toEqual([200, expect.stringContaining("Hello from upstream")]);
    expect(reply.headers["content-type"]).toMatch(/^text\/event-stream/);
    expect(reply.headers["request-id"]).toBe(reply.headers["x-sluice-request-id"]);
    await scene.idle();
    const [sent] = scene.upstream.served;
    expect(sent?.body === question.body.toString()).toBe(true);
    expect(sent?.path).toBe("/v1/messages");
    const kept = ["anthropic-beta", "anthropic-version", "user-agent", "x-app", "x-claude-code-session-id"];
    for (const name of [...kept, "x-stainless-retry-count"]) expect(sent?.headers[name]).toBe(question.headers[name]);
    expect(sent?.headers["x-api-key"]).toBe("upstream-credential");
    expect(scene.entries()).toMatchObject([{ outcome: "ok", tokens: 25_012, costSource: "upstream" }]);
  });

  test("reads on each answer how much of its 5 hours and of its week is used", async () => {
    const limits = [
      buildLimit({ id: 1, window: "5h", amount: 100_000_000_000 }),
      buildLimit({ id: 2, window: "weekly", amount: 900_000_000_000 }),
    ];
    await using scene = await openScene({ snapshot: { limits } });
    const { headers } = await ask(scene);
    for (const window of ["5h", "7d"]) {
      expect(headers[`anthropic-ratelimit-unified-${window}-status`]).toBe("allowed");
      expect(headers[`anthropic-ratelimit-unified-${window}-utilization`]).toMatch(/^0\.0\d{0,3}$/);
    }
    expect(headers["anthropic-ratelimit-unified-7d-reset"]).toMatch(/^\d{10}$/);
    expect(headers["anthropic-ratelimit-unified-status"]).toBe("allowed");
    await scene.idle();
  });

  test.for([
    { window: "5h", claim: "five_hour" },
    { window: "weekly", claim: "seven_day" },
  ] as const)("reads that its $window window is spent, until when, and does not call again", async (given) => {
    await using scene = await openSpentScene({ window: given.window });
    const { status, headers, text } = await ask(scene);
    expect(status).toBe(429);
    expect(headers).toMatchObject({
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-reset": expect.stringMatching(/^\d{10}$/),
      "anthropic-ratelimit-unified-representative-claim": given.claim,
      "x-should-retry": "false",
      "retry-after": expect.stringMatching(/^[1-9]\d*$/),
    });
    expect(JSON.parse(text)).toMatchObject({
      type: "error",
      error: {
        type: "rate_limit_error",
        message: expect.stringMatching(/^Usage quota exhausted.* It will reset at /),
        details: { error_code: "enforced_spend_limit_reached", code: "limit_exceeded" },
      },
      request_id: headers["request-id"],
    });
    await scene.idle();
    expect(scene.left.denials).toMatchObject([{ code: "limit_exceeded", protocol: "anthropic-messages" }]);
    expect(scene.upstream.served).toHaveLength(0);
  });

  test("reads of a full channel when to call again, and nothing of a spent limit", async () => {
    await using scene = await openScene();
    await scene.fillChannel();
    const { status, headers, text } = await ask(scene);
    expect(status).toBe(429);
    expect(Number(headers["retry-after"])).toBeGreaterThanOrEqual(1);
    expect(headers["x-should-retry"]).toBeUndefined();
    expect(headers["anthropic-ratelimit-unified-status"]).toBeUndefined();
    expect(JSON.parse(text)).toMatchObject({ error: { type: "rate_limit_error" } });
    expect((await ask(scene)).status).toBe(200);
    await scene.idle();
  });
});
