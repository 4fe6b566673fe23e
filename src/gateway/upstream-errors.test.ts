import { buildChannel, TEST_KEY } from "@test/build-deps";
import { openGateway, type SentCall } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import { PROTOCOL_IDS, type ProtocolId } from "@/core/vocabulary";

// Acceptance test 11 of protocols-and-pricing.md: what an upstream says of the client's own fault reaches the client as it is, what it says of
// the operator's account never does (3.4).

const CREDENTIAL = "sk-9f3kq7x2m5v8w1z4b6t0";
const CALLS: Readonly<Record<ProtocolId, SentCall>> = {
  "openai-chat": { path: "/v1/chat/completions" },
  "openai-responses": { path: "/v1/responses" },
  "anthropic-messages": { path: "/v1/messages" },
  gemini: { path: "/v1beta/models/gpt-4o:generateContent", headers: { "x-goog-api-key": TEST_KEY } },
};

function open(answer: { status: number; body: string; headers?: Record<string, string> }, channels = 1) {
  return openGateway({
    channels: Array.from({ length: channels }, (_, index) =>
      buildChannel({
        ...{ id: index + 1, priority: index, baseUrl: `http://127.0.0.1:${index + 1}`, protocols: PROTOCOL_IDS },
        ...{ credential: CREDENTIAL, credentials: [{ id: index + 1, value: CREDENTIAL }] },
      }),
    ),
    settings: { maxAttempts: 3 },
    answer: () => ({ latencyMs: 1, ...answer }),
  });
}

describe.each(PROTOCOL_IDS)("in %s", (protocol) => {
  const call = CALLS[protocol];

  test.each([400, 413, 422])("%d passes byte for byte, at once", async (status) => {
    const body = `{ "error" : {"message":"own words, so that clients repair themselves",\n "code":${status}} }`;
    const headers = { "content-type": "application/json; x=1", "retry-after": "7", "x-should-retry": "false" };
    const scene = open({ status, body, headers }, 2);
    const answer = await scene.one(call);
    expect(answer).toMatchObject({ status, body, headers: { ...headers, "content-length": String(body.length) } });
    expect(scene.upstream.sent).toBe(1);
  });

  test.each([404, 429, 500, 529])("%d passes byte for byte, once no channel is left", async (status) => {
    const body = `{"error":{"message":"own words","status":"x"}}\n`;
    const scene = open({ status, body }, 2);
    expect(await scene.one(call)).toMatchObject({ status, body });
    expect(scene.upstream.sent).toBe(2);
  });

  test.each([401, 402, 403])(
    "%d of the account tries the next channel, and ends without a word of it",
    async (status) => {
      const scene = open({ status, body: `{"error":{"message":"Incorrect API key provided: ${CREDENTIAL}"}}` }, 2);
      const { body, headers, ...answer } = await scene.one(call);
      expect([answer.status, headers["x-sluice-code"], scene.upstream.sent]).toEqual([
        502,
        "upstream_account_error",
        2,
      ]);
      for (let at = 0; at + 8 <= CREDENTIAL.length; at++) expect(body).not.toContain(CREDENTIAL.slice(at, at + 8));
    },
  );

  test.each(["insufficient_quota", "usage_limit_reached", "billing_hard_limit_reached"])(
    "429 %s is the account's, too",
    async (code) => {
      const scene = open(
        { status: 429, body: JSON.stringify({ error: { message: "own words", code, type: code } }) },
        2,
      );
      const { body, ...answer } = await scene.one(call);
      expect([answer.status, scene.upstream.sent, body.includes("own words")]).toEqual([502, 2, false]);
    },
  );
});
