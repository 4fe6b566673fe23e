import { buildChannel, loopbackClient } from "@test/build-deps";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "@/lib/clock";
import { type ScriptedUpstream, startScriptedUpstream } from "../../bench/upstream/scripted-upstream";
import type { UpstreamClient } from "./gateway-deps";
import { probeChannel } from "./probe-channel";
import { upstreamClient } from "./upstream-client";
import { upstreamResolver } from "./upstream-resolver";

let scripted: ScriptedUpstream;
let upstream: UpstreamClient;
beforeAll(async () => {
  scripted = await startScriptedUpstream();
  upstream = loopbackClient();
});
afterAll(async () => {
  await upstream.close();
  await scripted.close();
});
const probe = (...[patch, client = upstream]: [Parameters<typeof buildChannel>[0], UpstreamClient?]) =>
  probeChannel({ upstream: client, clock: systemClock })(buildChannel(patch));

test.each(["openai-chat", "anthropic-messages"] as const)("a working %s channel tells its models", async (protocol) => {
  const found = await probe({ baseUrl: scripted.url, protocols: [protocol] });
  expect(found).toMatchObject({ ok: true, models: expect.arrayContaining(["gpt-4o"]) });
});

test("headers of the channel are applied last", async () => {
  const headers = { set: {}, remove: ["authorization"] };
  const found = await probe({ baseUrl: scripted.url, protocols: ["openai-chat"], headers });
  expect(found).toEqual({ ok: false, cause: "status", status: 401 });
});

test("a wrong path tells its status", async () => {
  expect(await probe({ baseUrl: `${scripted.url}/nowhere` })).toEqual({ ok: false, cause: "status", status: 404 });
});

test("nobody listens", async () => {
  expect(await probe({ baseUrl: "http://127.0.0.1:9" })).toEqual({ ok: false, cause: "refused", status: null });
});

test("TLS to a plain port fails as TLS", async () => {
  const found = await probe({ baseUrl: scripted.url.replace("http:", "https:") });
  expect(found).toMatchObject({ ok: false, cause: "tls" });
});

test("a forbidden address and an unknown name are told apart", async () => {
  expect(await probe({ baseUrl: "http://169.254.169.254" })).toMatchObject({ ok: false, cause: "forbidden" });
  const resolver = upstreamResolver({
    policy: { privateAddresses: "allow", listed: [], forbidden: [] },
    clock: systemClock,
    resolve: () => Promise.reject(Object.assign(new Error("none"), { code: "ENOTFOUND" })),
  });
  const client = upstreamClient({ resolver });
  expect(await probe({ baseUrl: "https://gone.test" }, client)).toMatchObject({ ok: false, cause: "dns" });
  await client.close();
});
