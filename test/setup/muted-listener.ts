import { connect, createServer, type Socket } from "node:net";

/** A way to a PostgreSQL on which notifications can be lost while everything else passes. */
export type MutedListener = {
  readonly url: string;
  /** From now on no notification arrives; with false they do again, and those that were lost stay lost. */
  mute(isMuted: boolean): void;
  close(): void;
};

const NOTIFICATION = "A".charCodeAt(0);
const HEAD_BYTES = 5;

/** Opens a port of loopback that passes on to the server of `url`. Every message of the server is a letter and its length (protocol 3.0). */
export async function muteListener(url: string): Promise<MutedListener> {
  const target = new URL(url);
  let isMuted = false;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let kept = Buffer.alloc(0);
    upstream.on("data", (chunk) => {
      kept = Buffer.concat([kept, chunk]);
      while (kept.length >= HEAD_BYTES) {
        const length = 1 + kept.readUInt32BE(1);
        if (kept.length < length) return;
        if (kept[0] !== NOTIFICATION || !isMuted) client.write(kept.subarray(0, length));
        kept = kept.subarray(length);
      }
    });
    client.on("data", (chunk) => upstream.write(chunk));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
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
    mute(given) {
      isMuted = given;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
