import type { Server, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What a drain works on. Times in ms. */
export type DrainDeps = {
  readonly server: Server;
  readonly gateway: {
    drain(): void;
    abortAll(): void;
    idle(): Promise<void>;
    inflight(): number;
  };
  /** Running requests may go on for this long. */
  readonly drainMs: number;
  /** `/readyz` answers 503 from now on. */
  setDraining(): void;
  say(line: string): void;
};

/** The stop of a server, step by step (reliability-and-security.md 2.3, steps 1 to 4). */
export type Drain = {
  /** Resolves when no request runs any more. `delayMs`: how long to serve on before the listener closes. */
  run(delayMs: number): Promise<void>;
  /** Ends the waiting: what still runs is cut now. */
  hurry(): void;
};

const SWEEP_MS = 500;
/** What cut requests have to settle and to say goodbye. */
const CUT_MS = 5_000;

/** Prepares the drain of a server; make it before the server listens, so that it knows every reply. */
export function createDrain(deps: DrainDeps): Drain {
  const { server, gateway } = deps;
  const hurried = Promise.withResolvers<void>();
  const replies = trackReplies(server);
  const within = async (ms: number, ...done: readonly Promise<unknown>[]) => {
    const timer = new AbortController();
    const late = sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([Promise.all(done), late, hurried.promise]);
    timer.abort();
  };
  return {
    hurry: () => hurried.resolve(),
    async run(delayMs) {
      deps.setDraining();
      if (delayMs > 0) await within(delayMs, new Promise(() => undefined));
      gateway.drain();
      replies.closeAfterReply();
      server.close();
      server.closeIdleConnections();
      // A socket that was busy when the listener closed stays open behind its reply (N4).
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
      await within(deps.drainMs, gateway.idle(), replies.idle());
      if (gateway.inflight() > 0) {
        deps.say(`Cutting ${gateway.inflight()} running requests`);
        gateway.abortAll();
        await Promise.race([gateway.idle(), sleep(CUT_MS)]);
      }
      clearInterval(sweep);
      server.closeAllConnections();
    },
  };
}

/** Knows which replies are under way, and can make each of them the last on its connection. */
function trackReplies(server: Server) {
  const running = new Set<ServerResponse>();
  let isClosing = false;
  let resolveIdle: (() => void) | null = null;
  server.prependListener("request", (_request, response: ServerResponse) => {
    running.add(response);
    if (isClosing) response.shouldKeepAlive = false;
    response.once("close", () => {
      running.delete(response);
      if (running.size === 0) resolveIdle?.();
    });
  });
  return {
    closeAfterReply() {
      isClosing = true;
      for (const response of running) if (!response.headersSent) response.shouldKeepAlive = false;
    },
    idle: () =>
      running.size === 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            resolveIdle = resolve;
          }),
  };
}
