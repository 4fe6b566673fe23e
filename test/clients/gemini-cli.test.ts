import { TEST_KEY } from "@test/build-deps";
import { describe, expect, test } from "vitest";
import { openScene, openSpentScene, type Scene } from "./support/open-scene";
import { type RecordedRequest, recordedRequests, sendRecorded } from "./support/recorded-request";

const [question] = recordedRequests("gemini-cli", TEST_KEY) as [RecordedRequest];
const ask = (scene: Scene) => sendRecorded(scene.url, question);

type Detail = { readonly "@type": string; readonly retryDelay?: string; readonly reason?: string };
type ErrorBody = {
  readonly error: {
    readonly code: number;
    readonly status: string;
    readonly message: string;
    readonly details: Detail[];
  };
};

/** Above this many seconds Gemini CLI gives up instead of waiting. */
const GIVES_UP_ABOVE = 300;

function denialOf(text: string) {
  const { error } = JSON.parse(text) as ErrorBody;
  const of = (type: string) => error.details.find((detail) => detail["@type"].endsWith(`google.rpc.${type}`));
  const seconds = Number(/^([\d.]+)s$/.exec(of("RetryInfo")?.retryDelay ?? "")?.[1]);
  return { error, seconds, reason: of("ErrorInfo")?.reason, hasQuotaFailure: of("QuotaFailure") !== undefined };
}

describe.concurrent("Gemini CLI", () => {
  test("has its request of 32,950 bytes sent on unchanged, and streams the answer in lines of data alone", async () => {
    await using scene = await openScene();
    const counted = { inputTokens: 8_000, cachedTokens: 3_000, outputTokens: 500, reasoningTokens: 400 };
    scene.upstream.next({ text: "Hello from upstream", ...counted });
    const reply = await ask(scene);
    expect(question.body).toHaveLength(32_950);
    expect(reply.status).toBe(200);
    const lines = reply.text.split(/\r?\n/).filter((line) => line !== "");
    expect(lines.every((line) => line.startsWith("data: "))).toBe(true);
    const text = lines.map((line) => JSON.parse(line.slice(6)).candidates[0].content.parts[0].text).join("");
    expect(text).toContain("Hello from upstream");
    await scene.idle();
    const [sent] = scene.upstream.served;
    expect(sent?.body === question.body.toString()).toBe(true);
    expect(sent?.path).toBe("/v1beta/models/gemini-2.5-flash:streamGenerateContent");
    expect(sent?.query.get("alt")).toBe("sse");
    for (const name of ["user-agent", "x-goog-api-client", "x-gemini-api-privileged-user-id"])
      expect(sent?.headers[name]).toBe(question.headers[name]);
    expect(sent?.headers["x-goog-api-key"]).toBe("upstream-credential");
    expect(sent?.headers["sec-fetch-mode"]).toBeUndefined();
    expect(scene.entries()).toMatchObject([{ outcome: "ok", tokens: 8_500, costSource: "upstream" }]);
  });

  test.for([["5h"], ["total"]] as const)("reads of a spent limit (%s) that waiting is in vain", async ([window]) => {
    await using scene = await openSpentScene({ window });
    const { status, text } = await ask(scene);
    const { error, seconds, reason, hasQuotaFailure } = denialOf(text);
    expect([status, error.code, error.status, reason]).toEqual([429, 429, "RESOURCE_EXHAUSTED", "LIMIT_EXCEEDED"]);
    expect(seconds).toBeGreaterThan(GIVES_UP_ABOVE);
    if (window === "total") expect(seconds).toBe(2_073_600);
    // Its ids would replace the message.
    expect(hasQuotaFailure).toBe(false);
    expect(error.message).toContain("Usage quota exhausted");
    await scene.idle();
    expect(scene.left.denials).toMatchObject([{ code: "limit_exceeded", protocol: "gemini" }]);
    expect(scene.upstream.served).toHaveLength(0);
  });

  test("reads of a full channel when to call again", async () => {
    await using scene = await openScene();
    await scene.fillChannel();
    const { status, text } = await ask(scene);
    const { error, seconds } = denialOf(text);
    expect([status, error.status]).toEqual([429, "RESOURCE_EXHAUSTED"]);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(error.message).toMatch(/Please retry in [\d.]+s\./);
    expect((await ask(scene)).status).toBe(200);
    await scene.idle();
  });
});
