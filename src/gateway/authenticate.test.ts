import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { buildRequest } from "@test/build-request";
import { openGateway } from "@test/open-gateway";
import { recordingReply } from "@test/recording-reply";
import { describe, expect, test } from "vitest";
import { digestKey } from "@/core/keys/key-secret";
import { createAuthSnapshots } from "@/core/snapshot-cache";
import { createGateway } from "./gateway";

const unknownKey = (index: number) => `${TEST_KEY.slice(0, -4)}${String(index).padStart(4, "0")}`;
const CHAT = "/v1/chat/completions";
const ATTACKER = "203.0.113.9";

/** A gateway in front of a counted look-up that knows `TEST_KEY` alone. */
function open() {
  const scene = openGateway({
    channels: [buildChannel({ baseUrl: "http://127.0.0.1:1" })],
    answer: () => ({ latencyMs: 1 }),
  });
  const asked: string[] = [];
  const source = {
    findByDigest(digest: string) {
      asked.push(digest);
      return Promise.resolve(digest === digestKey(TEST_KEY) ? buildAuthSnapshot() : null);
    },
  };
  const auth = createAuthSnapshots({ source, clock: scene.clock, staleMs: 0 });
  const gateway = createGateway({ ...scene.deps, auth });
  const ask = async (headers: Readonly<Record<string, string>>, remoteAddress = ATTACKER, path = CHAT) => {
    const { reply, answer } = recordingReply(scene.clock);
    const body = { model: "gpt-4o", max_tokens: 5, messages: [] };
    const handled = gateway.handle(buildRequest({ headers, body, remoteAddress, path }), reply);
    while (gateway.inflight() > 0) await scene.pass(20);
    await handled;
    return answer;
  };
  const call = (key: string, remoteAddress = ATTACKER, path = CHAT) =>
    ask({ authorization: `Bearer ${key}` }, remoteAddress, path);
  return { ...scene, asked, ask, call };
}

describe("unknown keys from one address (reliability-and-security.md SEC40)", () => {
  test("the 101st in a minute is refused before any look-up, to be tried again when the first is a minute old", async () => {
    const { call, asked, clock, left } = open();
    const startedAt = clock.now();
    for (let index = 0; index < 100; index++) expect((await call(unknownKey(index))).status).toBe(401);
    expect(asked).toHaveLength(100);
    const waitMs = startedAt + 60_000 - clock.now();
    const refused = await call(unknownKey(100));
    expect(refused).toMatchObject({ status: 429, headers: { "x-sluice-code": "auth_attempts_exceeded" } });
    expect(Number(refused.headers["retry-after-ms"])).toBeGreaterThanOrEqual(waitMs);
    expect(Number(refused.headers["retry-after-ms"])).toBeLessThanOrEqual(60_000);
    expect(refused.body).toContain("Please try again in");
    expect(left.denials.at(-1)).toMatchObject({ code: "auth_attempts_exceeded", userId: null, keyId: null });
    expect((await call(unknownKey(3))).status).toBe(429); // one that is known to be unknown is no way round
    expect(asked).toHaveLength(100);
    clock.advance(60_000);
    expect((await call(unknownKey(101))).status).toBe(401);
  });

  test("a cached key still works there, one that is not cached does at another address", async () => {
    const { call } = open();
    expect((await call(TEST_KEY)).status).toBe(200);
    for (let index = 0; index < 100; index++) await call(unknownKey(index));
    expect((await call(unknownKey(100))).status).toBe(429);
    expect((await call(TEST_KEY)).status).toBe(200);
    const fresh = open();
    for (let index = 0; index < 100; index++) await fresh.call(unknownKey(index));
    expect((await fresh.call(TEST_KEY)).status).toBe(429);
    expect((await fresh.call(TEST_KEY, "192.0.2.7")).status).toBe(200);
  });

  test("known keys are never counted, nor is what is no key at all", async () => {
    const { call } = open();
    for (let index = 0; index < 120; index++) expect((await call(TEST_KEY)).status).toBe(200);
    for (let index = 0; index < 120; index++) expect((await call("sk-other")).status).toBe(401);
    expect((await call(unknownKey(1))).status).toBe(401);
  });
});

test.each([
  ["an access token", { authorization: `Bearer at-sluice-${"a".repeat(43)}` }, "invalid_key"],
  ["an access token as a key", { "x-api-key": `at-sluice-${"a".repeat(43)}` }, "invalid_key"],
  ["a sign-in to an account", { cookie: `sluice.session_token=${"a".repeat(43)}` }, "missing_credential"],
  ["a sign-in with a key", { cookie: `sluice.key_session_token=${"a".repeat(43)}` }, "missing_credential"],
])("%s opens nothing here and is not looked up (reliability-and-security.md SEC6)", async (...[, headers, code]) => {
  const { ask, asked } = open();
  expect(await ask(headers)).toMatchObject({ status: 401, headers: { "x-sluice-code": code } });
  expect(asked).toEqual([]);
});
