import type { GatewayReply } from "@/protocols/exchange";
import type { FakeClock } from "./fake-clock";

/** What the client of a call got. */
export type ClientAnswer = {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** The client goes away. */
  leave(): void;
  /** Epoch ms of the end of the reply; null: none yet. */
  endedAt: number | null;
  /** Its connection was broken off. */
  isBroken: boolean;
};

/** The reply to a call, and what its client got of it. */
export function recordingReply(clock: FakeClock): { reply: GatewayReply; answer: ClientAnswer } {
  const listeners = new Set<() => void>();
  const state = { isStarted: false, isClosed: false };
  const answer: ClientAnswer = {
    status: 0,
    headers: {},
    body: "",
    endedAt: null,
    isBroken: false,
    leave() {
      state.isClosed = true;
      for (const listener of [...listeners]) listener();
    },
  };
  const written: Uint8Array[] = [];
  const take = (chunk?: Uint8Array) => {
    if (chunk === undefined) return;
    written.push(Uint8Array.from(chunk));
    answer.body = Buffer.concat(written).toString(); // a character may be cut
  };
  const reply: GatewayReply = {
    get isStarted() {
      return state.isStarted;
    },
    get isClosed() {
      return state.isClosed;
    },
    start(status, headers) {
      state.isStarted = true;
      Object.assign(answer, { status, headers });
    },
    write(chunk) {
      take(chunk);
      return true;
    },
    drained: () => Promise.resolve(),
    end(chunk) {
      take(chunk);
      answer.endedAt = clock.now();
    },
    destroy() {
      answer.isBroken = true;
    },
    onClosed(listener) {
      if (state.isClosed) listener();
      else listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return { reply, answer };
}
