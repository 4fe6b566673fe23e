import type { AddressInfo, Server } from "node:net";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createHttpServer, SERVER_LIMITS } from "./http-server";

let server: ReturnType<typeof createHttpServer> | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function start(maxConnections = 100): Promise<number> {
  const made = createHttpServer({
    role: "all",
    isGatewayPath: (_method, path) => path.startsWith("/v1"),
    gateway: (_request, response) => void response.end("gateway"),
    probe: (_request, response) => void response.end("probe"),
    console: (_request, response) => void response.end("console"),
    maxConnections,
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return ((made as Server).address() as AddressInfo).port;
}

/** Sends bytes and reads until the server closes the connection. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let reply = "";
    socket.on("data", (chunk: Buffer) => {
      reply += chunk.toString("latin1");
    });
    socket.once("close", () => resolve(reply));
    socket.once("error", reject);
    socket.write(text);
  });
}

const line = (first: string, ...headers: readonly string[]) => `${[first, "Host: x", ...headers].join("\r\n")}\r\n\r\n`;
const UPGRADE = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: eA=="];

test("N4: every time-out and limit of the listener is set, not left to the release of Node", async () => {
  await start(7);
  expect(server).toMatchObject({
    headersTimeout: SERVER_LIMITS.headersTimeoutMs,
    requestTimeout: SERVER_LIMITS.requestTimeoutMs,
    keepAliveTimeout: SERVER_LIMITS.keepAliveTimeoutMs,
    maxHeadersCount: SERVER_LIMITS.maxHeaders,
    maxConnections: 7,
  });
});

test.each([
  ["GET /v1/models HTTP/1.1", "gateway"],
  ["GET /healthz HTTP/1.1", "probe"],
  ["GET /admin HTTP/1.1", "console"],
])("%s reaches its owner", async (first, owner) => {
  expect(await raw(await start(), line(first, "Connection: close"))).toContain(owner);
});

test("SEC33: an upgrade on /v1 is 426 with the code that makes clients fall back to HTTP", async () => {
  const reply = await raw(await start(), line("GET /v1/responses HTTP/1.1", ...UPGRADE));
  expect(reply).toMatch(/^HTTP\/1\.1 426 /);
  expect(reply).toContain("websocket_not_supported");
});

test("SEC33: upgrades elsewhere, CONNECT and TRACE are refused and closed", async () => {
  const port = await start();
  expect(await raw(port, line("GET /_next/hmr HTTP/1.1", ...UPGRADE))).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(await raw(port, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")).toMatch(
    /^HTTP\/1\.1 405 /,
  );
  expect(await raw(port, line("TRACE / HTTP/1.1"))).toMatch(/^HTTP\/1\.1 405 /);
});

test("N10: a listener for upgrades that is added later does not stay", async () => {
  await start();
  let heard = false;
  server?.on("upgrade", () => {
    heard = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(server?.listenerCount("upgrade")).toBe(1);
  expect(heard).toBe(false);
});

test("headers above 16 KiB are 431, a broken request line is 400", async () => {
  const port = await start();
  expect(await raw(port, line("GET / HTTP/1.1", `X-Big: ${"x".repeat(17 * 1024)}`))).toMatch(/^HTTP\/1\.1 431 /);
  expect(await raw(port, "NONSENSE\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
});

test("a connection above the limit is closed without an answer", async () => {
  const port = await start(1);
  const first = connect(port, "127.0.0.1");
  await new Promise((resolve) => first.once("connect", resolve));
  expect(await raw(port, line("GET /healthz HTTP/1.1")).catch(() => "")).toBe("");
  first.destroy();
});
