import { buildChannel, TEST_KEY } from "@test/build-deps";
import { buildRequest } from "@test/build-request";
import { openGateway } from "@test/open-gateway";
import { recordingReply } from "@test/recording-reply";
import { expect, test } from "vitest";

const GENERATE = "/v1beta/models/gpt-4o:generateContent";

async function ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  const scene = openGateway({ channels: [buildChannel({ baseUrl: "http://127.0.0.1:1", protocols: ["gemini"] })] });
  const { reply, answer } = recordingReply(scene.clock);
  const body = method === "POST" ? { contents: [{ parts: [{ text: "hi" }] }] } : undefined;
  const handled = scene.gateway.handle(buildRequest({ method, path, headers, body }), reply);
  await scene.finish();
  await handled;
  const { requests } = scene.upstream;
  const { entries, requests: kept, denials, logged } = scene.left;
  const told = JSON.stringify([requests, entries, kept, denials, logged, answer]);
  return { status: answer.status, code: answer.headers["x-sluice-code"], sent: requests.length, told };
}

test("a key in the query opens Gemini's routes and lists, and is in nothing that is sent or kept (test 6)", async () => {
  const called = await ask("POST", `${GENERATE}?key=${TEST_KEY}`);
  expect([called.status, called.sent]).toEqual([200, 1]);
  const streamed = await ask("POST", `${GENERATE.replace("generate", "streamGenerate")}?alt=sse&key=${TEST_KEY}`);
  expect([streamed.status, streamed.sent]).toEqual([200, 1]);
  const listed = await ask("GET", `/v1beta/models?key=${TEST_KEY}`);
  expect([listed.status, listed.sent]).toEqual([200, 0]);
  const refused = await ask("POST", `${GENERATE}?key=${TEST_KEY.slice(0, -1)}z`);
  expect([refused.status, refused.code]).toEqual([401, "invalid_key"]);
  for (const { told } of [called, streamed, listed, refused]) expect(told).not.toContain(TEST_KEY.slice(10, -1));
});

test("it must equal the key of a header, and opens no other route", async () => {
  const same = await ask("POST", `${GENERATE}?key=${TEST_KEY}`, { "x-goog-api-key": TEST_KEY });
  expect(same.status).toBe(200);
  const other = await ask("POST", `${GENERATE}?key=${TEST_KEY}`, { authorization: "Bearer other" });
  expect([other.status, other.code]).toEqual([401, "credential_conflict"]);
  for (const path of ["/v1/chat/completions", "/v1/messages", "/v1/responses"]) {
    const closed = await ask("POST", `${path}?key=${TEST_KEY}`);
    expect([closed.status, closed.code]).toEqual([401, "missing_credential"]);
  }
});
