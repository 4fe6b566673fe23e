import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** One reply that an upstream writes as fast as it is taken. */
export type Flooded = {
  /** Bytes handed to the system so far. */
  readonly sent: number;
  /** Its connection takes no more now. */
  readonly isBlocked: boolean;
  /** Written to its end. */
  readonly isComplete: boolean;
  /** Its connection has closed. */
  readonly isClosed: boolean;
};

/** An upstream that knows no pause. */
export type FloodUpstream = {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** In the order of the requests. */
  readonly replies: readonly Flooded[];
  forget(): void;
  close(): Promise<void>;
};

/** Tokens that each reply reports. */
export const FLOOD_TOKENS = { input: 100, output: 1_000 };
/** The request header with the size of the text of a reply, KiB. */
export const FLOOD_HEADER = "x-flood-kib";

const KIB = 1024;
/** Texts of one write. */
const BATCH = 32;
const TEXT = "x".repeat(KIB);
const USAGE = `"usage":{"prompt_tokens":${FLOOD_TOKENS.input},"completion_tokens":${FLOOD_TOKENS.output}}`;

type Form = {
  readonly type: string;
  readonly head: string;
  readonly piece: string;
  readonly tail: string;
};
const STREAM: Form = {
  type: "text/event-stream",
  head: 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n',
  piece: `data: {"choices":[{"index":0,"delta":{"content":"${TEXT}"}}]}\n\n`,
  tail: `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: {"choices":[],${USAGE}}\n\ndata: [DONE]\n\n`,
};
/** Many numbers, and what they cost at the very end, as a reply with embeddings is. */
const BODY: Form = {
  type: "application/json",
  head: '{"object":"list","data":[0',
  piece: `,${"0.0123456,".repeat(102)}1`,
  tail: `],${USAGE}}`,
};

/** The bytes of a reply of so many KiB of text, in parts. */
export function* floodOf(kib: number, stream: boolean): Generator<Buffer> {
  const { head, piece, tail } = stream ? STREAM : BODY;
  yield Buffer.from(head);
  const batch = Buffer.from(piece.repeat(BATCH));
  for (let left = kib; left > 0; left -= BATCH)
    yield left >= BATCH ? batch : batch.subarray(0, left * Buffer.byteLength(piece));
  yield Buffer.from(tail);
}

/** Starts an upstream on 127.0.0.1 that answers every chat request with a large reply. */
export async function startFloodUpstream(): Promise<FloodUpstream> {
  const replies: Flooded[] = [];
  const server = createServer((request, response) => {
    flood(request, response, replies).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    replies,
    forget: () => void replies.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function flood(request: IncomingMessage, response: ServerResponse, replies: Flooded[]): Promise<void> {
  const parts: Buffer[] = [];
  for await (const chunk of request) parts.push(chunk as Buffer);
  const stream = (JSON.parse(Buffer.concat(parts).toString()) as { stream?: boolean }).stream === true;
  const reply = { sent: 0, isBlocked: false, isComplete: false, isClosed: false };
  replies.push(reply);
  let wake = () => {};
  response.on("drain", () => wake());
  response.once("close", () => {
    reply.isClosed = true;
    wake();
  });
  response.writeHead(200, { "content-type": (stream ? STREAM : BODY).type });
  for (const bytes of floodOf(Number(request.headers[FLOOD_HEADER]), stream)) {
    reply.sent += bytes.length;
    if (response.write(bytes) || reply.isClosed) continue;
    reply.isBlocked = true;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    reply.isBlocked = false;
    if (reply.isClosed) return;
  }
  reply.isComplete = true;
  response.end();
}

/** Waits until a reply is written no further: its way to the client is full, or it has ended. */
export async function untilBlocked(reply: Flooded): Promise<void> {
  for (let seen = -1; !reply.isComplete && !(reply.isBlocked && reply.sent === seen); ) {
    ({ sent: seen } = reply);
    await sleep(2);
  }
}
