import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import {
  buildAuthSnapshot,
  buildChannel,
  buildGatewayDeps,
  type GatewayFixture,
  type GatewayParts,
  TEST_KEY,
} from "@test/build-deps";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ScriptedUpstream, startScriptedUpstream } from "../../bench/upstream/scripted-upstream";
import { readAddressRules } from "../core/keys/address-rules";
import { createGateway } from "../gateway/gateway";
import type { Gateway } from "../gateway/gateway-deps";
import type { AdapterOptions } from "./adapter-options";
import { nodeAdapter } from "./node-adapter";
import { webAdapter } from "./web-adapter";

/** One way in: calls go by `fetch`, whatever is behind it. */
type Host = {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Port of node:http; null for a host without a socket. */
  readonly port: number | null;
  close(): Promise<void>;
};

const HOSTS = { node: nodeHost, web: webHost };

async function nodeHost(gateway: Gateway, options: AdapterOptions): Promise<Host> {
  const listener = nodeAdapter(gateway, options);
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    fetch: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function webHost(gateway: Gateway, options: AdapterOptions): Promise<Host> {
  const handler = webAdapter(gateway, options);
  return {
    fetch: (path, init) =>
      handler(
        new Request(`http://gateway.test${path}`, {
          ...init,
          ...(init?.body instanceof ReadableStream ? { duplex: "half" } : {}),
        }),
      ),
    port: null,
    close: () => Promise.resolve(),
  };
}

const CHAT = "/v1/chat/completions";
const MESSAGES = "/v1/messages";
const chatBody = (patch: object = {}) => ({ model: "gpt-4o", messages: [{ role: "user", content: "hi" }], ...patch });
const messageBody = (patch: object = {}) => ({
  ...chatBody(patch),
  model: "claude-sonnet-4-5",
  max_tokens: 64,
  ...patch,
});
const PROTOCOLS = {
  "openai-chat": { path: CHAT, body: chatBody, headers: { authorization: `Bearer ${TEST_KEY}` } },
  "anthropic-messages": {
    path: MESSAGES,
    body: messageBody,
    headers: { "x-api-key": TEST_KEY, "anthropic-version": "2023-06-01" },
  },
} as const;
type Name = keyof typeof PROTOCOLS;

let upstream: ScriptedUpstream;
let second: ScriptedUpstream;
beforeAll(async () => {
  upstream = await startScriptedUpstream();
  second = await startScriptedUpstream();
});
afterAll(async () => {
  await upstream.close();
  await second.close();
});
beforeEach(() => {
  upstream.forget();
  second.forget();
});

describe.each(Object.keys(HOSTS) as (keyof typeof HOSTS)[])("through the %s adapter", (hostName) => {
  let fixture: GatewayFixture;
  let gateway: Gateway;
  let host: Host;

  const open = async (parts: Partial<GatewayParts> = {}, options: Partial<AdapterOptions> = {}) => {
    fixture = buildGatewayDeps({ channels: [buildChannel({ baseUrl: upstream.url })], ...parts });
    gateway = createGateway(fixture.deps);
    host = await HOSTS[hostName](gateway, {
      clock: fixture.deps.clock,
      bodyLimit: 64 * 1024,
      bodyBudget: 1024 * 1024,
      clientStallMs: 5_000,
      ...options,
    });
  };
  const post = (name: Name, body: unknown, init: RequestInit = {}) => {
    const { path, headers } = PROTOCOLS[name];
    return host.fetch(path, {
      method: "POST",
      body: typeof body === "string" || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
      ...init,
      headers: { "content-type": "application/json", ...headers, ...(init.headers as Record<string, string>) },
    });
  };
  const settled = async () => {
    await gateway.idle();
    return fixture.left;
  };
  afterEach(async () => {
    await gateway.idle();
    expect(fixture.left.inflight).toBe(0);
    const admitted = fixture.journal.frames.filter(({ type }) => type === "admit").length;
    expect(fixture.journal.settled).toHaveLength(admitted);
    await host.close();
    await fixture.deps.upstream.close();
  });

  describe.each(Object.keys(PROTOCOLS) as Name[])("%s", (name) => {
    const { body, path } = PROTOCOLS[name];

    test("a plain reply reaches the client byte for byte and is charged by its usage", async () => {
      await open();
      const direct = await fetch(`${upstream.url}${path}`, { method: "POST", body: JSON.stringify(body()) });
      const reply = await post(name, body());
      expect(reply.status).toBe(200);
      expect(await reply.text()).toBe(await direct.text());
      const { entries, requests } = await settled();
      const counts = upstream.served[1]?.counts;
      expect(entries).toMatchObject([{ attempt: 1, outcome: "ok", costSource: "upstream", requests: 1, userId: 7 }]);
      expect(entries[0]?.tokens).toBe((counts?.input ?? 0) + (counts?.output ?? 0));
      expect(entries[0]?.costNanoUsd).toBe((counts?.input ?? 0) * 2500 + (counts?.output ?? 0) * 10_000);
      expect(requests).toMatchObject([{ status: 200, outcome: "ok", stream: false, code: null, protocol: name }]);
    });

    test("a stream reaches the client byte for byte and is charged by its usage", async () => {
      await open();
      const asked = body({ stream: true, stream_options: { include_usage: true } });
      const direct = await fetch(`${upstream.url}${path}`, { method: "POST", body: JSON.stringify(asked) });
      const reply = await post(name, asked);
      expect(reply.headers.get("content-type")).toMatch(/^text\/event-stream/);
      expect(reply.headers.get("cache-control")).toBe("no-cache, no-transform");
      expect(reply.headers.get("x-accel-buffering")).toBe("no");
      expect([reply.headers.get("content-length"), reply.headers.get("content-encoding")]).toEqual([null, null]);
      expect(await reply.text()).toBe(await direct.text());
      const { entries, requests } = await settled();
      const counts = upstream.served[1]?.counts;
      expect(entries).toMatchObject([{ outcome: "ok", costSource: "upstream" }]);
      expect(entries[0]?.tokens).toBe((counts?.input ?? 0) + (counts?.output ?? 0));
      expect(requests[0]?.stream).toBe(true);
      expect(requests[0]?.firstByteMs).not.toBeNull();
    });

    test("the next channel answers when the first one fails before the first byte", async () => {
      await open({
        channels: [buildChannel({ baseUrl: upstream.url }), buildChannel({ id: 2, baseUrl: second.url, priority: 1 })],
      });
      for (const script of [{ fault: "reset" }, { status: 500 }, { status: 429 }, { status: 404 }] as const) {
        upstream.next(script);
        const reply = await post(name, body());
        expect(reply.status).toBe(200);
        await reply.text();
      }
      const { entries, requests } = await settled();
      expect(entries).toHaveLength(8);
      expect(entries.filter(({ channelId }) => channelId === 1)).toMatchObject(
        Array(4).fill({ attempt: 1, outcome: "upstream_error", costNanoUsd: 0, requests: 1, costSource: "none" }),
      );
      expect(entries.filter(({ channelId }) => channelId === 2)).toMatchObject(
        Array(4).fill({ attempt: 2, outcome: "ok", requests: 0 }),
      );
      expect(requests.map(({ attempts }) => attempts.map(({ status, code }) => [status, code]))).toEqual([
        [
          [null, "upstream_unreachable"],
          [200, null],
        ],
        [
          [500, "upstream_error"],
          [200, null],
        ],
        [
          [429, "upstream_rate_limited"],
          [200, null],
        ],
        [
          [404, "upstream_error"],
          [200, null],
        ],
      ]);
    });

    test("an error as the first event fails over and the client sees one clean stream", async () => {
      await open({
        channels: [buildChannel({ baseUrl: upstream.url }), buildChannel({ id: 2, baseUrl: second.url, priority: 1 })],
      });
      upstream.next({ fault: "error-first", errorType: "overloaded_error" });
      const reply = await post(name, body({ stream: true }));
      expect(reply.status).toBe(200);
      expect(await reply.text()).not.toContain("Scripted stream error");
      const { entries } = await settled();
      expect(entries).toMatchObject([
        { channelId: 1, outcome: "upstream_error", costNanoUsd: 0 },
        { channelId: 2, outcome: "ok" },
      ]);
    });

    test("an error as the first event of the last channel is relayed as it is", async () => {
      await open();
      upstream.next({ fault: "error-first", errorType: "overloaded_error" });
      const reply = await post(name, body({ stream: true }));
      expect(await reply.text()).toContain("Scripted stream error");
      const { requests } = await settled();
      expect(requests).toMatchObject([{ outcome: "upstream_error", status: 200 }]);
    });

    test.each([400, 404, 413, 422, 429, 500, 529])(
      "an upstream's %d is relayed unmodified in the end",
      async (status) => {
        await open();
        upstream.next({ status }, { status });
        const direct = await fetch(`${upstream.url}${path}`, { method: "POST", body: JSON.stringify(body()) });
        const reply = await post(name, body());
        expect(reply.status).toBe(status);
        expect(reply.headers.get("x-sluice-code")).toBeNull();
        expect(await reply.text()).toBe(await direct.text());
        const { entries, requests, denials } = await settled();
        expect(entries).toMatchObject([{ outcome: "upstream_error", costNanoUsd: 0, costSource: "none" }]);
        expect(requests).toMatchObject([{ status, outcome: "upstream_error" }]);
        expect(denials).toHaveLength(0);
      },
    );

    test.each([{ status: 401 }, { status: 402 }, { status: 403 }, { status: 429, errorType: "insufficient_quota" }])(
      "an account error ($status) ends as 502 and shows nothing of the account",
      async (script) => {
        await open({
          channels: [buildChannel({ baseUrl: upstream.url }), buildChannel({ id: 2, baseUrl: second.url })],
        });
        upstream.next(script);
        second.next(script);
        const reply = await post(name, body());
        expect(reply.status).toBe(502);
        expect(reply.headers.get("x-sluice-code")).toBe("upstream_account_error");
        const text = await reply.text();
        expect(text).not.toContain("Scripted error");
        expect(text).not.toContain("upstream-credential");
        const { requests } = await settled();
        expect(requests).toMatchObject([{ status: 502, code: "upstream_account_error" }]);
        expect(requests[0]?.attempts).toHaveLength(2);
      },
    );

    test("a stream that breaks off ends with an error event and is charged by what was seen", async () => {
      await open({
        channels: [buildChannel({ baseUrl: upstream.url }), buildChannel({ id: 2, baseUrl: second.url, priority: 1 })],
      });
      upstream.next({ fault: "cut" });
      const reply = await post(name, body({ stream: true }));
      const text = await reply.text();
      expect(text).toContain("upstream_truncated");
      expect(text).not.toContain("[DONE]");
      const { entries, requests } = await settled();
      expect(second.served).toHaveLength(0);
      expect(entries).toMatchObject([{ outcome: "upstream_error", costSource: "estimated", channelId: 1 }]);
      expect(entries[0]?.costNanoUsd).toBeGreaterThan(0);
      expect(requests).toMatchObject([{ status: 200, code: "upstream_truncated" }]);
    });

    test("a stream without terminal event ends the same way and is no success", async () => {
      await open();
      upstream.next({ fault: "no-end" });
      const reply = await post(name, body({ stream: true }));
      await reply.text();
      const { requests } = await settled();
      expect(requests).toMatchObject([{ outcome: "upstream_error", code: "upstream_truncated" }]);
    });

    test("a reply without usage is charged by an estimate", async () => {
      await open();
      upstream.next({ fault: "no-usage" });
      await (await post(name, body())).text();
      const { entries } = await settled();
      expect(entries).toMatchObject([{ outcome: "ok", costSource: "estimated" }]);
      expect(entries[0]?.detail.usage.input_text).toBeGreaterThan(0);
    });

    test("an upstream that never answers is 504 after its time-out", async () => {
      const timeouts = { connectMs: 1_000, firstByteMs: 60, idleMs: 60 };
      await open({ channels: [buildChannel({ baseUrl: upstream.url, timeouts })] });
      upstream.next({ fault: "hang" });
      const reply = await post(name, body());
      expect(reply.status).toBe(504);
      expect(reply.headers.get("x-sluice-code")).toBe("upstream_timeout");
      await reply.text();
      expect((await settled()).requests).toMatchObject([{ status: 504, outcome: "upstream_error", costNanoUsd: 0 }]);
    });

    test("an upstream that falls silent in mid-stream ends with an error event", async () => {
      const timeouts = { connectMs: 1_000, firstByteMs: 1_000, idleMs: 60 };
      await open({ channels: [buildChannel({ baseUrl: upstream.url, timeouts })] });
      upstream.next({ fault: "stall" });
      const reply = await post(name, body({ stream: true }));
      expect(await reply.text()).toContain("upstream_timeout");
      const { entries } = await settled();
      expect(entries).toMatchObject([{ outcome: "upstream_error", costSource: "estimated" }]);
    });

    test("the deadline counts to the first byte", async () => {
      await open({ settings: { requestDeadlineMs: 60 } });
      upstream.next({ delayMs: 400 });
      const reply = await post(name, body());
      expect(reply.status).toBe(504);
      expect(reply.headers.get("x-sluice-code")).toBe("request_deadline");
      await reply.text();
    });

    test("a client that leaves is drained for the usage, and the upstream is read to its end", async () => {
      await open({ channels: [buildChannel({ baseUrl: upstream.url, onDisconnect: "drain" })] });
      upstream.next({ intervalMs: 10 });
      const gone = new AbortController();
      const reply = await post(name, body({ stream: true }), { signal: gone.signal });
      await reply.body?.getReader().read();
      gone.abort();
      const { entries, requests } = await settled();
      expect(upstream.served[0]?.isComplete).toBe(true);
      const counts = upstream.served[0]?.counts;
      expect(entries).toMatchObject([{ outcome: "client_aborted", costSource: "upstream" }]);
      expect(entries[0]?.tokens).toBe((counts?.input ?? 0) + (counts?.output ?? 0));
      expect(requests).toMatchObject([{ status: 200, outcome: "client_aborted" }]);
    });

    test("a client that leaves aborts the upstream where the channel says so, and pays for what was seen", async () => {
      await open({ channels: [buildChannel({ baseUrl: upstream.url, onDisconnect: "abort" })] });
      upstream.next({ intervalMs: 20, chunks: 50 });
      const gone = new AbortController();
      const reply = await post(name, body({ stream: true }), { signal: gone.signal });
      await reply.body?.getReader().read();
      gone.abort();
      const { entries } = await settled();
      expect(upstream.served[0]?.isComplete).toBe(false);
      expect(entries).toMatchObject([{ outcome: "client_aborted", costSource: "estimated" }]);
      expect(entries[0]?.detail.usage.input_text).toBeGreaterThan(0);
    });

    test("a plain call whose client leaves is still read to its end, because it is billed in full", async () => {
      await open({ channels: [buildChannel({ baseUrl: upstream.url, onDisconnect: "abort" })] });
      upstream.next({ delayMs: 60 });
      const gone = new AbortController();
      const reply = post(name, body(), { signal: gone.signal }).catch(() => null);
      while (upstream.served.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      gone.abort();
      await reply;
      const { entries, requests } = await settled();
      expect(entries).toMatchObject([{ outcome: "client_aborted", costSource: "upstream" }]);
      expect(requests).toMatchObject([{ status: null, outcome: "client_aborted" }]);
    });

    test("the drain of a client that left ends with its time", async () => {
      await open({
        channels: [buildChannel({ baseUrl: upstream.url, onDisconnect: "drain" })],
        settings: { drainTimeoutMs: 60 },
      });
      upstream.next({ intervalMs: 50, chunks: 100 });
      const gone = new AbortController();
      const reply = await post(name, body({ stream: true }), { signal: gone.signal });
      await reply.body?.getReader().read();
      gone.abort();
      const { entries } = await settled();
      expect(entries).toMatchObject([{ outcome: "client_aborted", costSource: "estimated" }]);
    });

    test("above the number of drains the upstream is aborted", async () => {
      await open({ channels: [buildChannel({ baseUrl: upstream.url, onDisconnect: "drain" })], maxDrains: 0 });
      upstream.next({ intervalMs: 20, chunks: 50 });
      const gone = new AbortController();
      const reply = await post(name, body({ stream: true }), { signal: gone.signal });
      await reply.body?.getReader().read();
      gone.abort();
      expect((await settled()).entries).toMatchObject([{ outcome: "client_aborted", costSource: "estimated" }]);
    });

    test("ids of both sides are told on every reply, and no credential passes either way", async () => {
      await open();
      const reply = await post(name, body(), {
        headers: { cookie: "a=b", "x-sluice-limits": "forged", "x-custom": "kept", "x-forwarded-for": "1.2.3.4" },
      });
      await reply.text();
      const id = reply.headers.get("x-sluice-request-id");
      expect(id).toMatch(/^req_[0-9a-f]{32}$/);
      expect(reply.headers.get("x-request-id")).toBe(id);
      if (name === "anthropic-messages") expect(reply.headers.get("request-id")).toBe(id);
      expect(reply.headers.get("x-sluice-upstream-request-id")).toBe("up_scripted");
      const sent = upstream.served[0]?.headers ?? {};
      expect(JSON.stringify(sent)).not.toContain(TEST_KEY);
      expect(JSON.stringify(sent)).toContain("upstream-credential");
      expect(sent["x-custom"]).toBe("kept");
      for (const header of ["cookie", "x-sluice-limits", "x-forwarded-for"]) expect(sent[header]).toBeUndefined();
      expect(sent["x-sluice-hop"]).toBe("1");
      const { requests } = await settled();
      expect(`req_${requests[0]?.id}`).toBe(id);
      expect(requests[0]?.upstreamRequestId).toBe("up_scripted");
    });

    const badInputs: { title: string; code: string; status: number; send: () => Promise<Response> }[] = [
      { title: "malformed JSON", code: "invalid_json", status: 400, send: () => post(name, '{"model": ') },
      { title: "a body that is no object", code: "invalid_body", status: 400, send: () => post(name, "[]") },
      { title: "an empty body", code: "invalid_json", status: 400, send: () => post(name, "") },
      {
        title: "a model of a wrong type",
        code: "invalid_body",
        status: 400,
        send: () => post(name, body({ model: 7 })),
      },
      {
        title: "a stream flag of a wrong type",
        code: "invalid_body",
        status: 400,
        send: () => post(name, body({ stream: "yes" })),
      },
      { title: "a missing model", code: "model_required", status: 400, send: () => post(name, { messages: [] }) },
      {
        title: "an unknown model",
        code: "model_not_found",
        status: 404,
        send: () => post(name, body({ model: "nobody-has-this" })),
      },
      {
        title: "no key",
        code: "missing_credential",
        status: 401,
        send: () => post(name, body(), { headers: { authorization: "", "x-api-key": "" } }),
      },
      { title: "a malformed key", code: "invalid_key", status: 401, send: () => withKey("nonsense") },
      { title: "an unknown key", code: "invalid_key", status: 401, send: () => withKey(`sk-sluice-${"x".repeat(43)}`) },
      { title: "a disabled key", code: "key_disabled", status: 401, send: () => withKey(DISABLED_KEY) },
      { title: "an expired key", code: "key_expired", status: 401, send: () => withKey(EXPIRED_KEY) },
      { title: "a disabled user", code: "user_disabled", status: 403, send: () => withKey(DISABLED_USER) },
      { title: "an address outside its lists", code: "ip_not_allowed", status: 403, send: () => withKey(FAR_KEY) },
      { title: "a model the key may not use", code: "model_not_found", status: 404, send: () => withKey(NARROW_KEY) },
      {
        title: "two different keys",
        code: "credential_conflict",
        status: 401,
        send: () => post(name, body(), { headers: { "x-goog-api-key": "other" } }),
      },
      {
        title: "an oversized body",
        code: "body_too_large",
        status: 413,
        send: () => post(name, body({ padding: "x".repeat(70_000) })),
      },
      {
        title: "a body that grows too large",
        code: "body_too_large",
        status: 413,
        send: () => post(name, gzipSync("x".repeat(200_000)), coded("gzip")),
      },
      {
        title: "an unknown encoding",
        code: "unsupported_encoding",
        status: 415,
        send: () => post(name, body(), coded("compress")),
      },
      {
        title: "a list of encodings",
        code: "unsupported_encoding",
        status: 415,
        send: () => post(name, body(), coded("gzip, gzip")),
      },
      {
        title: "a corrupt encoding",
        code: "body_decode_failed",
        status: 400,
        send: () => post(name, "not gzip", coded("gzip")),
      },
    ];
    const coded = (encoding: string) => ({ headers: { "content-encoding": encoding } });
    const DISABLED_KEY = `sk-sluice-${"a".repeat(43)}`;
    const EXPIRED_KEY = `sk-sluice-${"b".repeat(43)}`;
    const DISABLED_USER = `sk-sluice-${"c".repeat(43)}`;
    const FAR_KEY = `sk-sluice-${"e".repeat(43)}`;
    const NARROW_KEY = `sk-sluice-${"d".repeat(43)}`;
    const withKey = (key: string) =>
      post(name, body(), {
        headers: name === "openai-chat" ? { authorization: `Bearer ${key}` } : { "x-api-key": key },
      });

    test.each(badInputs)(
      "$title is refused as $code ($status) in the protocol's shape, and nothing is sent",
      async ({ code, status, send }) => {
        await open({
          keys: {
            [TEST_KEY]: buildAuthSnapshot(),
            [DISABLED_KEY]: buildAuthSnapshot({ keyEnabled: false }),
            [EXPIRED_KEY]: buildAuthSnapshot({ expiresAt: 1 }),
            [DISABLED_USER]: buildAuthSnapshot({ userEnabled: false }),
            [FAR_KEY]: buildAuthSnapshot({
              addressRules: readAddressRules([{ ipAllow: ["198.51.100.0/24"], ipDeny: [] }]),
            }),
            [NARROW_KEY]: buildAuthSnapshot({ models: new Set(["other"]) }),
          },
        });
        const reply = await send();
        expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([status, code]);
        expect(reply.headers.get("content-type")).toMatch(/^application\/json/);
        const id = reply.headers.get("x-sluice-request-id");
        const parsed = (await reply.json()) as {
          type?: string;
          error: { details: { code: string; request_id: string } };
        };
        expect(parsed.type).toBe(name === "anthropic-messages" ? "error" : undefined);
        expect(parsed.error.details).toMatchObject({ code, request_id: id });
        const { entries, denials } = await settled();
        expect(upstream.served).toHaveLength(0);
        expect(entries).toHaveLength(0);
        expect(fixture.journal.frames).toHaveLength(0);
        expect(denials).toMatchObject([{ code, status, protocol: name }]);
      },
    );

    test.each([
      ["gzip", gzipSync],
      ["deflate", deflateSync],
      ["br", brotliCompressSync],
      ["zstd", zstdCompressSync],
    ] as const)("a %s body is decoded and sent plain", async (encoding, compress) => {
      await open();
      const text = JSON.stringify(body());
      const reply = await post(name, new Uint8Array(compress(text)), coded(encoding));
      expect(reply.status).toBe(200);
      await reply.text();
      expect(upstream.served[0]?.body).toBe(text);
      expect(upstream.served[0]?.headers["content-encoding"]).toBeUndefined();
    });

    test("a mapped model is sent under the channel's own name and billed as asked for", async () => {
      await open();
      await (await post(name, body({ model: "mapped" }))).text();
      expect(upstream.served[0]?.model).toBe("gpt-4o");
      expect((await settled()).requests).toMatchObject([{ model: "mapped", upstreamModel: "gpt-4o" }]);
    });

    test("a model without a price is refused, free or priced by default, as the policy says", async () => {
      await open({ prices: [] });
      expect((await post(name, body())).headers.get("x-sluice-code")).toBe("model_unpriced");
      await settled();
      await host.close();
      await open({ prices: [], settings: { unpricedModels: "free" } });
      await (await post(name, body())).text();
      const { entries } = await settled();
      expect(entries).toMatchObject([{ costNanoUsd: 0, outcome: "ok", detail: { flags: ["unpriced"] } }]);
    });

    test("a draining gateway refuses new calls and lets connections end", async () => {
      await open();
      gateway.drain();
      const reply = await post(name, body());
      expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([503, "shutting_down"]);
      expect(reply.headers.get("retry-after")).toBe("1");
      await reply.text();
    });

    test("above the number of calls in flight a call is refused as overloaded", async () => {
      await open({ maxInflight: 1 });
      upstream.next({ delayMs: 50 });
      const first = post(name, body());
      while (upstream.served.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const reply = await post(name, body());
      expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([503, "overloaded"]);
      await reply.text();
      await (await first).text();
    });

    test("a stop ends a running stream with an error event and settles it", async () => {
      await open();
      upstream.next({ intervalMs: 30, chunks: 100 });
      const reply = await post(name, body({ stream: true }));
      const reader = (reply.body as ReadableStream<Uint8Array>).getReader();
      await reader.read();
      gateway.abortAll();
      let text = "";
      for (let next = await reader.read(); !next.done; next = await reader.read())
        text += Buffer.from(next.value).toString();
      expect(text).toContain("shutting_down");
      expect((await settled()).entries).toMatchObject([{ outcome: "interrupted", costSource: "estimated" }]);
    });

    test("a stop ends a call that waits for its upstream with 503", async () => {
      await open();
      upstream.next({ fault: "hang" });
      const call = post(name, body());
      while (upstream.served.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      gateway.abortAll();
      const reply = await call;
      expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([503, "shutting_down"]);
      await reply.text();
      expect((await settled()).requests).toMatchObject([{ outcome: "interrupted", status: 503 }]);
    });

    test("a full journal refuses before anything is sent", async () => {
      await open();
      const { journal } = fixture;
      Object.assign(journal, { isFull: () => true });
      const reply = await post(name, body());
      expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([503, "ledger_unavailable"]);
      await reply.text();
      expect(upstream.served).toHaveLength(0);
    });

    test("a request that passed two gateways ends in the third", async () => {
      await open();
      const passed = await post(name, body(), { headers: { "x-sluice-hop": "2" } });
      expect(passed.status).toBe(200);
      await passed.text();
      expect(upstream.served[0]?.headers["x-sluice-hop"]).toBe("3");
      const reply = await post(name, body(), { headers: { "x-sluice-hop": "3" } });
      expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([508, "loop_detected"]);
      await reply.text();
    });
  });

  test("a chat client that did not ask for usage sees none, and is charged exactly", async () => {
    await open();
    const reply = await post("openai-chat", chatBody({ stream: true }));
    const text = await reply.text();
    expect(text).not.toContain("usage");
    expect(text).toContain("[DONE]");
    const { entries } = await settled();
    expect(entries).toMatchObject([{ outcome: "ok", costSource: "upstream" }]);
  });

  test("a model of the other protocol names the path that serves it", async () => {
    const channels = [buildChannel({ baseUrl: upstream.url, protocols: ["anthropic-messages"] })];
    await open({ channels });
    const reply = await post("openai-chat", chatBody());
    expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([400, "model_protocol_mismatch"]);
    expect(await reply.text()).toContain("/v1/messages");
  });

  test("a channel without a usable credential is no channel", async () => {
    await open({ channels: [buildChannel({ baseUrl: upstream.url, credential: null })] });
    const reply = await post("openai-chat", chatBody());
    expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([503, "no_channel_available"]);
    await reply.text();
  });

  test("an upstream that nobody listens at is unreachable, and why stays inside", async () => {
    await open({ channels: [buildChannel({ baseUrl: "http://127.0.0.1:9" })] });
    const reply = await post("openai-chat", chatBody());
    expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([502, "upstream_unreachable"]);
    expect(await reply.text()).not.toContain("ECONNREFUSED");
    expect((await settled()).entries).toMatchObject([{ outcome: "upstream_error", costNanoUsd: 0 }]);
  });

  describe("GET /v1/models", () => {
    const list = (init: RequestInit = {}, path = "/v1/models") =>
      host.fetch(path, { ...init, headers: { authorization: `Bearer ${TEST_KEY}`, ...(init.headers as object) } });

    test("lists the models sorted by id, with an etag", async () => {
      await open();
      const reply = await list();
      expect(reply.status).toBe(200);
      const etag = reply.headers.get("etag") ?? "";
      const { data } = (await reply.json()) as { data: { id: string }[] };
      expect(data.map(({ id }) => id)).toEqual(["claude-sonnet-4-5", "gpt-4o", "mapped"]);
      const again = await list({ headers: { "if-none-match": etag } });
      expect(again.status).toBe(304);
    });

    test("speaks Anthropic's shape to a client that sends anthropic-version", async () => {
      await open();
      const reply = await list({ headers: { "anthropic-version": "2023-06-01" } });
      expect(await reply.json()).toMatchObject({ has_more: false, first_id: "claude-sonnet-4-5" });
    });

    test("hides models the key may not use and models without a price", async () => {
      const models = new Set(["gpt-4o"]);
      await open({ keys: { [TEST_KEY]: buildAuthSnapshot({ models }) } });
      const { data } = (await (await list()).json()) as { data: { id: string }[] };
      expect(data.map(({ id }) => id)).toEqual(["gpt-4o"]);
      await host.close();
      await open({ prices: [] });
      expect(await (await list()).json()).toMatchObject({ data: [] });
    });

    test("shows one model, and 404 for one that is not listed", async () => {
      await open();
      expect(await (await list({}, "/v1/models/gpt-4o")).json()).toMatchObject({ id: "gpt-4o" });
      const missing = await list({}, "/v1/models/unknown");
      expect([missing.status, missing.headers.get("x-sluice-code")]).toEqual([404, "model_not_found"]);
      await missing.text();
    });

    test("answers HEAD with the headers alone", async () => {
      await open();
      const reply = await list({ method: "HEAD" });
      expect(reply.status).toBe(200);
      expect(reply.headers.get("etag")).not.toBeNull();
      expect(await reply.text()).toBe("");
    });

    test("needs a key", async () => {
      await open();
      const reply = await host.fetch("/v1/models");
      expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([401, "missing_credential"]);
      await reply.text();
    });
  });

  test.each([
    ["GET", "/v1/chat/completions", 405, "method_not_allowed"],
    ["POST", "/v1/models", 405, "method_not_allowed"],
    ["POST", "/v1/batches", 404, "endpoint_not_supported"],
    ["GET", "/v1/unknown", 404, "endpoint_not_supported"],
    ["POST", "/v1/files", 404, "endpoint_not_supported"],
    ["GET", "/v1/%zz", 400, "invalid_path"],
  ])("%s %s is %d %s", async (method, path, ...[status, code]) => {
    await open();
    const reply = await host.fetch(path, { method, headers: { authorization: `Bearer ${TEST_KEY}` } });
    expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([status, code]);
    if (status === 405) expect(reply.headers.get("allow")).toContain(method === "GET" ? "POST" : "GET");
    await reply.text();
  });

  test("an unlisted path answers in the shape its headers suggest", async () => {
    await open();
    const reply = await host.fetch("/v1/unknown", { headers: { "anthropic-version": "2023-06-01" } });
    expect(await reply.json()).toMatchObject({ type: "error", error: { type: "not_found_error" } });
  });

  test("OPTIONS names the methods, HEAD / is empty", async () => {
    await open();
    const options = await host.fetch("/v1/models", { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
    expect((await host.fetch("/", { method: "HEAD" })).status).toBe(200);
  });

  test.each(["//v1/v1/chat/completions/", "/chat/completions", "/v1/chat/completions?beta=true"])(
    "%s is the same path",
    async (path) => {
      await open();
      const reply = await host.fetch(path, {
        method: "POST",
        headers: { authorization: `Bearer ${TEST_KEY}` },
        body: JSON.stringify(chatBody()),
      });
      expect(reply.status).toBe(200);
      await reply.text();
    },
  );

  test("a body that falls silent is given up", async () => {
    await open({}, { bodySilenceMs: 40 });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from('{"model":'));
      },
    });
    const reply = await host.fetch(CHAT, {
      method: "POST",
      body,
      headers: { authorization: `Bearer ${TEST_KEY}` },
      duplex: "half",
    } as RequestInit);
    expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([408, "body_timeout"]);
    await reply.text().catch(() => {});
  });

  test("an undeclared body is cut at the limit while it streams", async () => {
    await open();
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(Buffer.alloc(16 * 1024, 32));
        if (pulled > 1_000) controller.close();
      },
    });
    const reply = await host.fetch(CHAT, {
      method: "POST",
      body,
      headers: { authorization: `Bearer ${TEST_KEY}` },
      duplex: "half",
    } as RequestInit);
    expect([reply.status, reply.headers.get("x-sluice-code")]).toEqual([413, "body_too_large"]);
    await reply.text().catch(() => {});
  });

  test("bodies wait for room in memory, first come first served", async () => {
    await open({}, { bodyBudget: 2_000 });
    const padded = chatBody({ user: "x".repeat(1_500) });
    const replies = await Promise.all(Array.from({ length: 5 }, () => post("openai-chat", padded)));
    for (const reply of replies) {
      expect(reply.status).toBe(200);
      await reply.text();
    }
  });

  test("a client that does not read makes the upstream wait", async () => {
    const chunk = Buffer.from(`data: {"choices":[{"index":0,"delta":{"content":"${"y".repeat(64 * 1024)}"}}]}\n\n`);
    const total = 512;
    let sent = 0;
    const flood = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/event-stream" });
      const more = () => {
        while (sent < total) {
          sent++;
          if (!response.write(chunk)) return;
        }
        response.end("data: [DONE]\n\n");
      };
      response.on("drain", more);
      more();
    });
    await new Promise<void>((resolve) => flood.listen(0, "127.0.0.1", resolve));
    await open({
      channels: [buildChannel({ baseUrl: `http://127.0.0.1:${(flood.address() as AddressInfo).port}` })],
      clientStallMs: 10_000,
    });
    const reply = await post("openai-chat", chatBody({ stream: true, stream_options: { include_usage: true } }));
    let before = -1;
    while (before !== sent) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(sent).toBeLessThan(total);
    let bytes = 0;
    for await (const part of reply.body as ReadableStream<Uint8Array>) bytes += part.length;
    expect(bytes).toBe(total * chunk.length + "data: [DONE]\n\n".length);
    await settled();
    flood.close();
    flood.closeAllConnections();
  });
});

/** Well formed, and nobody's. */
const UNKNOWN_KEY = `${TEST_KEY.slice(0, -1)}z`;

describe("on raw sockets", () => {
  let fixture: GatewayFixture;
  let gateway: Gateway;
  let host: Host;
  const open = async (options: Partial<AdapterOptions> = {}, parts: Partial<GatewayParts> = {}) => {
    fixture = buildGatewayDeps({ channels: [buildChannel({ baseUrl: upstream.url })], ...parts });
    gateway = createGateway(fixture.deps);
    host = await nodeHost(gateway, {
      clock: fixture.deps.clock,
      bodyLimit: 64 * 1024,
      bodyBudget: 1024 * 1024,
      clientStallMs: 5_000,
      ...options,
    });
  };
  afterEach(async () => {
    await gateway.idle();
    await host.close();
    await fixture.deps.upstream.close();
  });
  /** Sends text and resolves with everything that came back until the connection closed. */
  const talk = (text: string, during: (socket: ReturnType<typeof connect>) => void = () => {}) =>
    new Promise<string>((resolve) => {
      const socket = connect(host.port ?? 0, "127.0.0.1", () => socket.write(text));
      let heard = "";
      socket.on("data", (chunk) => {
        heard += chunk.toString("latin1");
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(heard));
      during(socket);
    });
  const head = (lines: readonly string[]) => `POST ${CHAT} HTTP/1.1\r\nhost: x\r\n${lines.join("\r\n")}\r\n\r\n`;

  test("a call without a valid key is answered before its body is read, and the connection ends", async () => {
    await open({ bodyLimit: 64 * 1024 * 1024 });
    const heard = await talk(head(["authorization: Bearer nonsense", "content-length: 33554432"]) + " ".repeat(65_536));
    expect(heard).toMatch(/^HTTP\/1\.1 401 /);
    expect(heard.toLowerCase()).toContain("connection: close");
  });

  test("an unknown key is answered before 1 MiB of a body of 32 MiB is taken, on every route that takes one", async () => {
    await open({ bodyLimit: 64 * 1024 * 1024 });
    for (const path of [CHAT, MESSAGES, "/v1/responses", "/v1beta/models/m:generateContent", "/v1/messages/count_tokens"]) {
      let written = 0;
      const heard = await talk("", (socket) => {
        const more = () => {
          // At most so much is offered; the answer must come without the rest.
          while (written < 1024 * 1024 - 65_536 && !socket.destroyed) {
            written += 65_536;
            if (!socket.write(" ".repeat(65_536))) return;
          }
        };
        socket.on("connect", () => {
          const lines = [`x-api-key: ${UNKNOWN_KEY}`, "content-type: application/json", "content-length: 33554432"];
          socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n${lines.join("\r\n")}\r\n\r\n`);
          more();
        });
        socket.on("drain", more);
      });
      expect(heard).toMatch(/^HTTP\/1\.1 401 /);
      expect(heard).toContain("invalid_key");
      expect(heard.toLowerCase()).toContain("connection: close");
      expect(written).toBeLessThan(1024 * 1024);
    }
  });

  test("a declared length above the limit is refused before a byte of the body, and the connection ends", async () => {
    await open();
    const heard = await talk(head([`authorization: Bearer ${TEST_KEY}`, "content-length: 999999999"]));
    expect(heard).toMatch(/^HTTP\/1\.1 413 /);
    expect(heard).toContain("body_too_large");
    expect(heard.toLowerCase()).toContain("connection: close");
  });

  test("a connection is used again after a refused small body", async () => {
    await open();
    const body = JSON.stringify(chatBody());
    const refused = `${head(["authorization: Bearer nonsense", `content-length: ${body.length}`])}${body}`;
    const good = `${head([`authorization: Bearer ${TEST_KEY}`, `content-length: ${body.length}`, "connection: close"])}${body}`;
    const heard = await talk(refused + good);
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 401", "HTTP/1.1 200"]);
  });

  test("a client that leaves during its upload is not admitted and gets no denial", async () => {
    await open();
    await talk(head([`authorization: Bearer ${TEST_KEY}`, "content-length: 1000"]), (socket) => {
      setTimeout(() => socket.destroy(), 30);
    });
    await gateway.idle();
    expect(fixture.journal.frames).toHaveLength(0);
    expect(fixture.left.denials).toHaveLength(0);
  });

  test("a stop answers a call that is still uploading", async () => {
    await open();
    const slow = talk(head([`authorization: Bearer ${TEST_KEY}`, "content-length: 60000"]));
    while (gateway.inflight() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    gateway.abortAll();
    expect(await slow).toMatch(/^HTTP\/1\.1 503 /);
    expect(fixture.journal.frames).toHaveLength(0);
  });

  test("a client that takes nothing is cut off, and the upstream is not read for it any more", async () => {
    await open({ clientStallMs: 80 }, { clientStallMs: 80, maxDrains: 0 });
    upstream.next({ chunks: 400, text: "z".repeat(24 * 1024 * 1024) });
    const body = JSON.stringify(chatBody({ stream: true, stream_options: { include_usage: true } }));
    const socket = connect(host.port ?? 0, "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    socket.write(`${head([`authorization: Bearer ${TEST_KEY}`, `content-length: ${body.length}`])}${body}`);
    while (fixture.left.entries.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(fixture.left.entries).toMatchObject([{ outcome: "client_aborted" }]);
    socket.destroy();
  });
});
