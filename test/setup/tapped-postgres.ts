import { connect, createServer, type Socket } from "node:net";

/** A way to a PostgreSQL that tells what is asked, and on which notifications can be lost while everything else passes. */
export type TappedPostgres = {
  readonly url: string;
  /** How often a word was sent to the server since the last look. */
  count(word: string): number;
  /** From now on no notification arrives. */
  mute(): void;
  close(): void;
};

const NOTIFICATION = "A".charCodeAt(0);
const HEAD_BYTES = 5;

/** Opens a port of loopback that passes on to the server of `url`. Every message of the server is a letter and its length (protocol 3.0). */
export async function tapPostgres(url: string): Promise<TappedPostgres> {
  const target = new URL(url);
  const state = { isMuted: false, asked: "" };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let kept = Buffer.alloc(0);
    upstream.on("data", (chunk) => {
      kept = Buffer.concat([kept, chunk]);
      while (kept.length >= HEAD_BYTES) {
        const length = 1 + kept.readUInt32BE(1);
        if (kept.length < length) return;
        if (kept[0] !== NOTIFICATION || !state.isMuted) client.write(kept.subarray(0, length));
        kept = kept.subarray(length);
      }
    });
    client.on("data", (chunk) => {
      state.asked += chunk.toString("latin1");
      upstream.write(chunk);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String(typeof address === "object" && address !== null ? address.port : 0);
  return {
    url: through.href,
    count(word) {
      const { asked } = state;
      state.asked = "";
      return asked.split(word).length - 1;
    },
    mute() {
      state.isMuted = true;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
