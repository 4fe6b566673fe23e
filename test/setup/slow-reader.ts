import { createHash } from "node:crypto";
import { type IncomingMessage, request } from "node:http";

/** A call whose client takes of its reply what it is told to take, and nothing else. */
export type SlowReader = {
  readonly status: number;
  /** Bytes of the body taken so far. */
  readonly taken: number;
  /** The reply has ended; `broken`: in the middle. */
  readonly end: "open" | "whole" | "broken";
  /** Takes so many bytes, fewer when the reply ends before. */
  take(bytes: number): Promise<void>;
  /** SHA-256 of what was taken. */
  digest(): string;
  close(): void;
};

/** What is sent. */
export type SlowCall = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Sends a call on a connection of its own; resolves with the head of its reply, of whose body nothing is read. */
export async function openSlowReader({ url, headers, body }: SlowCall): Promise<SlowReader> {
  const call = request(url, {
    method: "POST",
    agent: false,
    headers: { ...headers, "content-type": "application/json" },
  });
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    call.once("response", resolve).once("error", reject).end(body);
  });
  const hash = createHash("sha256");
  const state = { taken: 0, end: "open" as SlowReader["end"] };
  let wake = () => {};
  const ended = (end: "whole" | "broken") => {
    if (state.end === "open") state.end = end;
    wake();
  };
  call.on("error", () => ended("broken"));
  reply.on("error", () => ended("broken"));
  reply.on("end", () => ended("whole"));
  reply.on("close", () => ended("broken"));
  reply.on("readable", () => wake());
  const take = async (bytes: number) => {
    for (let left = bytes; left > 0 && state.end === "open"; ) {
      const chunk = (reply.read(Math.min(left, reply.readableLength || left)) ?? null) as Buffer | null;
      if (chunk === null) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      hash.update(chunk);
      state.taken += chunk.length;
      left -= chunk.length;
    }
  };
  return {
    status: reply.statusCode ?? 0,
    get taken() {
      return state.taken;
    },
    get end() {
      return state.end;
    },
    take,
    digest: () => hash.copy().digest("hex"),
    close: () => call.destroy(),
  };
}
