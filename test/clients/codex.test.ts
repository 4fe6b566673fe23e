import { once } from "node:events";
import { connect } from "node:net";
import { TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { describe, expect, test } from "vitest";
import { createHttpServer } from "@/server/http-server";
import { openScene, openSpentScene, type Scene } from "./support/open-scene";
import { type RecordedRequest, recordedRequests, sendRecorded, withZstd } from "./support/recorded-request";

const [question] = recordedRequests("codex", TEST_KEY) as [RecordedRequest];
const ask = (scene: Scene) => sendRecorded(scene.url, withZstd(question));

type Event = { readonly type: string; readonly delta?: string; readonly sequence_number: number };
const eventsOf = (stream: string) =>
  [...stream.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data) as Event);

describe.concurrent("Codex", () => {
  test("has its coded body of 39,570 bytes sent on plain and unchanged, and streams the answer", async () => {
    await using scene = await openScene();
    scene.upstream.next({ text: "Hello from upstream", inputTokens: 9_000, cachedTokens: 8_000, outputTokens: 12 });
    const reply = await ask(scene);
    expect(question.body).toHaveLength(39_570);
    expect(reply.status).toBe(200);
    const events = eventsOf(reply.text);
    expect(events.map(({ delta }) => delta ?? "").join("")).toContain("Hello from upstream");
    expect(events.at(-1)?.type).toBe("response.completed");
    await scene.idle();
    const [sent] = scene.upstream.served;
    expect(sent?.body === question.body.toString()).toBe(true);
    expect(sent?.headers["content-encoding"]).toBeUndefined();
    const kept = ["originator", "user-agent", "x-codex-beta-features", "x-codex-window-id", "x-codex-turn-metadata"];
    for (const name of [...kept, "session-id", "thread-id"]) expect(sent?.headers[name]).toBe(question.headers[name]);
    expect(sent?.headers.authorization).toBe("Bearer upstream-credential");
    expect(scene.entries()).toMatchObject([
      { outcome: "ok", tokens: 9_012, detail: { usage: { input_text: 1_000, cache_read_text: 8_000 } } },
    ]);
  });

  test("reads on each answer how much of its 5 hours and of its week is used", async () => {
    const limits = [
      buildLimit({ id: 1, window: "5h", amount: 100_000_000_000 }),
      buildLimit({ id: 2, window: "weekly", amount: 900_000_000_000 }),
    ];
    await using scene = await openScene({ snapshot: { limits } });
    const { headers } = await ask(scene);
    for (const [family, minutes] of [
      ["primary", "300"],
      ["secondary", "10080"],
    ]) {
      expect(headers[`x-codex-${family}-used-percent`]).toMatch(/^\d+\.\d$/);
      expect(headers[`x-codex-${family}-window-minutes`]).toBe(minutes);
    }
    expect(headers["x-codex-secondary-reset-at"]).toMatch(/^\d{10}$/);
    await scene.idle();
  });

  test("reads of a spent limit in its own shape, and does not call again", async () => {
    await using scene = await openSpentScene({ window: "5h" });
    const { status, headers, text } = await ask(scene);
    expect(status).toBe(429);
    expect(headers).toMatchObject({ "x-should-retry": "false", "x-codex-primary-used-percent": "100.0" });
    expect(JSON.parse(text)).toEqual({
      error: {
        type: "usage_limit_reached",
        code: "insufficient_quota",
        message: expect.stringMatching(/^Usage quota exhausted/),
        resets_at: expect.any(Number),
        resets_in_seconds: expect.any(Number),
        details: expect.objectContaining({ code: "limit_exceeded" }),
      },
    });
    await scene.idle();
    expect(scene.left.denials).toMatchObject([{ code: "limit_exceeded", protocol: "openai-responses" }]);
    expect(scene.upstream.served).toHaveLength(0);
  });

  test("reads no reset of a limit that has none", async () => {
    await using scene = await openSpentScene({ window: "total" });
    const { error } = JSON.parse((await ask(scene)).text) as { error: object };
    expect(error).toMatchObject({ type: "usage_limit_reached" });
    expect(error).not.toHaveProperty("resets_at");
    expect(error).not.toHaveProperty("resets_in_seconds");
  });

  test("reads whose limit it is when a model group's is spent", async () => {
    const modelGroups = { "gpt-5-codex": { id: 4, name: "Coding models", slug: "coding" } };
    await using scene = await openSpentScene({ window: "weekly", modelGroupId: 4 }, { modelGroups });
    const { status, headers } = await ask(scene);
    expect([status, headers["x-codex-limit-name"]]).toEqual([429, "Coding models"]);
    expect(headers["x-codex-secondary-used-percent"]).toBe("100.0");
    await scene.idle();
  });

  test("reads of a gateway that stops that it is overloaded", async () => {
    await using scene = await openScene();
    scene.drain();
    const { status, headers, text } = await ask(scene);
    expect([status, headers["retry-after"]]).toEqual([503, "1"]);
    expect(JSON.parse(text)).toMatchObject({ error: { code: "server_is_overloaded" } });
  });

  test("reads of a full channel in OpenAI's shape when to call again", async () => {
    await using scene = await openScene();
    await scene.fillChannel();
    const { status, headers, text } = await ask(scene);
    expect(status).toBe(429);
    expect(Number(headers["retry-after"])).toBeGreaterThanOrEqual(1);
    expect(headers["x-should-retry"]).toBeUndefined();
    expect(JSON.parse(text)).toMatchObject({ error: { type: "rate_limit_error", code: "channel_queue_full" } });
    expect((await ask(scene)).status).toBe(200);
    await scene.idle();
  });

  test("is told to use HTTP when it asks for a WebSocket", async () => {
    const none = () => {};
    const server = createHttpServer({
      ...{ role: "gateway", isGatewayPath: () => true, gateway: none, probe: none, console: null, maxConnections: 10 },
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const socket = connect(port, "127.0.0.1");
    const names = { ...question.headers, host: "gateway.test", connection: "Upgrade", upgrade: "websocket" };
    const lines = Object.entries({ ...names, "sec-websocket-version": "13", "sec-websocket-key": "c2x1aWNl" });
    socket.write(`GET /v1/responses HTTP/1.1\r\n${lines.map((line) => line.join(": ")).join("\r\n")}\r\n\r\n`);
    let reply = "";
    for await (const chunk of socket) reply += String(chunk);
    server.close();
    expect(reply).toMatch(/^HTTP\/1\.1 426 /);
    expect(reply).toContain("websocket_not_supported");
  });
});
