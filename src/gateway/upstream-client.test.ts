import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { fakeClock } from "@test/fake-clock";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "@/lib/clock";
import type { UpstreamRequest } from "@/protocols/protocol";
import type { UpstreamClient } from "./gateway-deps";
import { upstreamClient } from "./upstream-client";
import type { UpstreamPolicy } from "./upstream-policy";
import { type Resolve, upstreamResolver } from "./upstream-resolver";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const listen = async (server: Server | TcpServer): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
};
const http = (listener: RequestListener) => listen(createServer(listener));
/** A server of raw replies: one per connection and request, in order. */
const raw = (answer: (socket: Socket, request: number) => void) => {
  const sockets = new Set<Socket>();
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
  });
  let requests = 0;
  return listen(
    createTcpServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("data", () => answer(socket, ++requests));
    }),
  );
};

const POLICY: UpstreamPolicy = { privateAddresses: "allow", listed: [], forbidden: [] };
const client = (policy: Partial<UpstreamPolicy> = {}, resolve?: Resolve): UpstreamClient => {
  const resolver = upstreamResolver({
    policy: { ...POLICY, ...policy },
    clock: systemClock,
    ...(resolve === undefined ? {} : { resolve }),
  });
  const made = upstreamClient({ resolver });
  closing.unshift(() => made.close());
  return made;
};

const ask = (url: string, patch: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  method: "POST",
  url,
  headers: { "content-type": "application/json" },
  body: [Buffer.from("{}")],
  contentLength: 2,
  injectedUsage: false,
  ...patch,
});
const TIMEOUTS = { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000 };

type Heard = { status: number; headers: Record<string, unknown>; body: Buffer; error: string | null; events: string[] };

const send = (from: UpstreamClient, request: UpstreamRequest, timeouts = TIMEOUTS): Promise<Heard> =>
  new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    const heard: Heard = { status: 0, headers: {}, body: Buffer.alloc(0), error: null, events: [] };
    const done = (error: string | null) => resolve({ ...heard, body: Buffer.concat(chunks), error });
    from.send(
      request,
      { timeouts, hop: 1 },
      {
        onHead(status, headers) {
          heard.events.push("head");
          Object.assign(heard, { status, headers });
        },
        onChunk(chunk) {
          heard.events.push("chunk");
          chunks.push(chunk);
        },
        onEnd(last) {
          heard.events.push("end");
          if (last !== null) chunks.push(last);
          done(null);
        },
        onError(error) {
          heard.events.push("error");
          done(error.code);
        },
      },
    );
  });

/** Waits until a number has stopped to grow. */
async function untilStill(count: () => number): Promise<void> {
  for (let seen = -1, rounds = 0; rounds < 20; rounds = count() === seen ? rounds + 1 : 0) {
    seen = count();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("upstreamClient", () => {
  test("tells a small reply as a head and an end", async () => {
    const port = await http((_request, response) => response.end("hello"));
    const heard = await send(client(), ask(`http://127.0.0.1:${port}/v1/x`));
    expect(heard).toMatchObject({ status: 200, error: null, events: ["head", "end"] });
    expect(heard.body.toString()).toBe("hello");
  });

  test("sends slices one after the other, large ones too", async () => {
    let received = "";
    const port = await http((request, response) => {
      request.on("data", (chunk: Buffer) => {
        received += chunk.toString("latin1");
      });
      request.on("end", () => response.end("ok"));
    });
    for (const size of [10, 400_000]) {
      received = "";
      const body = [Buffer.from("a".repeat(size)), Buffer.from("b"), Buffer.from("c".repeat(size))];
      const contentLength = 2 * size + 1;
      const headers = { "content-length": String(contentLength) };
      const heard = await send(client(), ask(`http://127.0.0.1:${port}/x`, { body, contentLength, headers }));
      expect(heard.status).toBe(200);
      expect(received).toBe(`${"a".repeat(size)}b${"c".repeat(size)}`);
    }
  });

  describe("an upstream that is slow to take a body", () => {
    const MIB = 1024 * 1024;
    const SLICES = 64;

    test("makes the sending wait: a slice is asked for when the one before has gone (T4)", async () => {
      let take = () => {};
      let received = 0;
      const port = await listen(
        createTcpServer((socket) => {
          socket.pause();
          socket.on("error", () => {});
          socket.on("data", (chunk) => {
            received += chunk.length;
            if (received > SLICES * MIB) socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
          });
          take = () => socket.resume();
        }),
      );
      const slices = Array.from({ length: SLICES }, () => Buffer.alloc(MIB, 32));
      let asked = 0;
      const body = Object.assign([...slices], {
        *[Symbol.iterator]() {
          for (const [index, slice] of slices.entries()) {
            asked = Math.max(asked, index + 1);
            yield slice;
          }
          return undefined;
        },
      });
      const contentLength = SLICES * MIB;
      const headers = { "content-length": String(contentLength) };
      const heard = send(client(), ask(`http://127.0.0.1:${port}/x`, { body, contentLength, headers }), {
        ...{ connectMs: 1_000, firstByteMs: 60_000, idleMs: 60_000 },
      });
      await untilStill(() => asked);
      expect(received).toBe(0);
      expect(asked).toBeGreaterThan(0);
      expect(asked).toBeLessThan(SLICES / 2);
      take();
      expect(await heard).toMatchObject({ status: 200, error: null });
      expect(asked).toBe(SLICES);
    });

    test.each([
      ["one slice", [Buffer.alloc(32 * MIB, 32)]],
      ["several slices", Array.from({ length: 32 }, () => Buffer.alloc(MIB, 32))],
    ])(
      "may reply before it has taken %s: the reply is told, and the next request does not wait behind",
      async (_name, body) => {
        let connections = 0;
        const port = await listen(
          createTcpServer((socket) => {
            connections++;
            closing.unshift(async () => socket.destroy());
            socket.on("error", () => {});
            socket.once("data", () => {
              socket.pause();
              socket.write("HTTP/1.1 413 Payload Too Large\r\ncontent-length: 3\r\n\r\nbig");
            });
          }),
        );
        const own = client();
        const contentLength = 32 * MIB;
        const headers = { "content-length": String(contentLength) };
        for (const number of [1, 2]) {
          const heard = await send(own, ask(`http://127.0.0.1:${port}/x`, { body, contentLength, headers }));
          expect(heard).toMatchObject({ status: 413, error: null });
          expect(heard.body.toString()).toBe("big");
          expect(connections).toBe(number);
        }
      },
    );
  });

  test("a connection whose TLS is never agreed is a time-out", async () => {
    const port = await raw(() => {});
    const heard = await send(client(), ask(`https://127.0.0.1:${port}/x`), { ...TIMEOUTS, connectMs: 50 });
    expect(heard.error).toBe("upstream_timeout");
  });

  test.each(["identity", "gzip"])(
    "a %s reply that waits for its reader longer than idleMs is not given up",
    async (coding) => {
      const body = Buffer.from(Array.from({ length: 400_000 }, (_, index) => String(index)).join());
      const port = await http((_request, response) => {
        response.writeHead(200, { "content-encoding": coding });
        response.end(coding === "gzip" ? gzipSync(body) : body);
      });
      const chunks: Uint8Array[] = [];
      let isPaused = false;
      let late = 0;
      let most = 0;
      const error = await new Promise<string | null>((resolve) => {
        const call = client().send(
          ask(`http://127.0.0.1:${port}/x`),
          { timeouts: { ...TIMEOUTS, idleMs: 40 }, hop: 1 },
          {
            onHead() {},
            onChunk(chunk) {
              if (isPaused) most = Math.max(most, ++late);
              chunks.push(chunk);
              if (isPaused || chunks.length % 8 !== 1) return;
              call.pause();
              isPaused = true;
              setTimeout(() => {
                isPaused = false;
                late = 0;
                call.resume();
              }, 100);
            },
            onEnd(last) {
              if (last !== null) chunks.push(last);
              resolve(null);
            },
            onError: ({ code }) => resolve(code),
          },
        );
      });
      expect(error).toBeNull();
      expect(Buffer.concat(chunks).equals(body)).toBe(true);
      expect(most).toBeLessThanOrEqual(2); // what was on its way when the word came
    },
  );

  test("interim replies are not told", async () => {
    const port = await raw((socket) =>
      socket.write("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"),
    );
    const heard = await send(client(), ask(`http://127.0.0.1:${port}/x`));
    expect(heard).toMatchObject({ status: 200, events: ["head", "end"] });
  });

  test("a kept connection that its peer closed is replaced once, in the same attempt (C9)", async () => {
    let requests = 0;
    const port = await raw((socket, request) => {
      requests = request;
      if (request === 2) socket.resetAndDestroy();
      else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    });
    const own = client();
    expect((await send(own, ask(`http://127.0.0.1:${port}/x`))).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 20)); // the connection is free again
    expect((await send(own, ask(`http://127.0.0.1:${port}/x`))).status).toBe(200);
    expect(requests).toBe(3);
  });

  test("a fresh connection that is reset is not tried again", async () => {
    let requests = 0;
    const port = await raw((socket, request) => {
      requests = request;
      socket.resetAndDestroy();
    });
    const heard = await send(client(), ask(`http://127.0.0.1:${port}/x`));
    expect([heard.error, requests]).toEqual(["upstream_unreachable", 1]);
  });

  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ] as const)("a reply coded as %s unasked arrives decoded", async (coding, compress) => {
    const text = "decoded ".repeat(50_000);
    const port = await http((_request, response) => {
      response.writeHead(200, { "content-encoding": coding });
      response.end(compress(text));
    });
    const heard = await send(client(), ask(`http://127.0.0.1:${port}/x`));
    expect(heard.body.toString()).toBe(text);
    expect(heard.headers["content-encoding"]).toBeUndefined();
  });

  test("a corrupt coding ends as truncated, an unknown one as an upstream error", async () => {
    const port = await http((request, response) => {
      response.writeHead(200, { "content-encoding": request.url === "/bad" ? "gzip" : "compress" });
      response.end("no gzip at all");
    });
    const own = client();
    expect((await send(own, ask(`http://127.0.0.1:${port}/bad`))).error).toBe("upstream_truncated");
    expect((await send(own, ask(`http://127.0.0.1:${port}/odd`))).error).toBe("upstream_error");
  });

  test("a body shorter than its declared length is truncated", async () => {
    const port = await raw((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this"));
    const heard = await send(client(), ask(`http://127.0.0.1:${port}/x`));
    expect(heard).toMatchObject({ status: 200, error: "upstream_truncated" });
    expect(heard.body.toString()).toBe("only this");
  });

  test("a reply that is no HTTP is unreachable", async () => {
    const port = await raw((socket) => socket.end("SSH-2.0-OpenSSH\r\n"));
    expect((await send(client(), ask(`http://127.0.0.1:${port}/x`))).error).toBe("upstream_unreachable");
  });

  test("silence before and after the head is a time-out", async () => {
    const port = await http((request, response) => {
      if (request.url === "/before") return;
      response.writeHead(200);
      response.write("x");
    });
    const short = { connectMs: 1_000, firstByteMs: 50, idleMs: 50 };
    const own = client();
    expect((await send(own, ask(`http://127.0.0.1:${port}/before`), short)).error).toBe("upstream_timeout");
    const after = await send(own, ask(`http://127.0.0.1:${port}/after`), short);
    expect(after).toMatchObject({ status: 200, error: "upstream_timeout" });
  });

  test("a look-up is given up after three seconds", async () => {
    const clock = fakeClock();
    const resolver = upstreamResolver({ policy: POLICY, clock, resolve: () => new Promise(() => {}) });
    const own = upstreamClient({ resolver });
    const heard = send(own, ask("https://slow.test/x"));
    clock.advance(3_000);
    expect((await heard).error).toBe("upstream_unreachable");
    await own.close();
  });

  test("TLS offers HTTP/1.1 and nothing newer (N5)", async () => {
    const hello = await new Promise<Buffer>((resolve) => {
      void listen(
        createTcpServer((socket) =>
          socket.once("data", (data) => {
            resolve(data);
            socket.destroy();
          }),
        ),
      ).then((port) => send(client(), ask(`https://127.0.0.1:${port}/x`)));
    });
    expect(hello.includes("\x08http/1.1", 0, "latin1")).toBe(true);
    expect(hello.includes("\x02h2", 0, "latin1")).toBe(false);
  });

  test("answers of a look-up are kept for 30 seconds", async () => {
    const clock = fakeClock();
    let asked = 0;
    const resolve: Resolve = async () => {
      asked++;
      return [{ address: "127.0.0.1", family: 4 }];
    };
    const resolver = upstreamResolver({ policy: POLICY, clock, resolve });
    const endpoint = { host: "llm.test", port: 80, isTls: false };
    expect(await resolver.judge(endpoint)).toMatchObject({ isPrivate: true });
    await resolver.judge(endpoint);
    clock.advance(30_000);
    await resolver.judge(endpoint);
    expect(asked).toBe(2);
  });

  test("after an abort nothing is told, and the connection ends", async () => {
    const events: string[] = [];
    const ended = new Promise<void>((resolve) => {
      void http((_request, response) => {
        response.writeHead(200);
        response.write("x");
        response.on("close", resolve);
      }).then((port) => {
        const call = client().send(
          ask(`http://127.0.0.1:${port}/x`),
          { timeouts: TIMEOUTS, hop: 1 },
          {
            onHead: () => void events.push("head"),
            onChunk() {
              events.push("chunk");
              call.abort();
            },
            onEnd: () => void events.push("end"),
            onError: () => void events.push("error"),
          },
        );
      });
    });
    await ended;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(events).toEqual(["head", "chunk"]);
  });

  describe("address policy", () => {
    const at =
      (...addresses: string[]): Resolve =>
      async () =>
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

    test("a name is called at its judged address", async () => {
      const port = await http((request, response) => response.end(request.headers["x-sluice-hop"] ?? "none"));
      const heard = await send(client({}, at("127.0.0.1")), ask(`http://llm.test:${port}/x`));
      expect(heard.body.toString()).toBe("1");
    });

    test("one refused address refuses the name", async () => {
      const port = await http((_request, response) => response.end("reached"));
      const heard = await send(client({}, at("127.0.0.1", "169.254.169.254")), ask(`http://llm.test:${port}/x`));
      expect(heard.error).toBe("upstream_unreachable");
    });

    test.each(["169.254.169.254", "0.0.0.0", "[::ffff:169.254.169.254]", "[fe80::1]"])(
      "the literal %s is refused without a connection",
      async (host) => {
        const heard = await send(client(), ask(`http://${host}:80/latest/meta-data`));
        expect(heard.error).toBe("upstream_unreachable");
      },
    );

    test("a private address that is not listed is refused, one that is listed passes", async () => {
      const port = await http((_request, response) => response.end("ok"));
      const closed = client({ privateAddresses: "listed" });
      expect((await send(closed, ask(`http://127.0.0.1:${port}/x`))).error).toBe("upstream_unreachable");
      const listed = client({ privateAddresses: "listed", listed: [`127.0.0.1:${port}`] });
      expect((await send(listed, ask(`http://127.0.0.1:${port}/x`))).status).toBe(200);
    });

    test("a name that does not resolve is unreachable", async () => {
      const missing: Resolve = () => Promise.reject(Object.assign(new Error("none"), { code: "ENOTFOUND" }));
      expect((await send(client({}, missing), ask("https://gone.test/x"))).error).toBe("upstream_unreachable");
    });
  });
});
