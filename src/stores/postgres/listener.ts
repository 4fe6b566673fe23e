import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Clock } from "@/lib/clock";
import { answerWithin, type Database } from "./client";
import { openLink } from "./link";

/** A connection that listens; when it dies another one has to be opened. */
export type Listener = {
  /**
   * Asks the server over this connection, then sends a notification to itself through the pool. `dead`: the connection is gone;
   * `deaf`: it lives, but what is sent does not arrive, as behind a pooler in transaction mode.
   */
  check(): Promise<"hearing" | "deaf" | "dead">;
  close(): void;
};

export type ListenerOptions = {
  readonly url: string;
  readonly database: Pick<Database, "db">;
  readonly clock: Clock;
  readonly onPayload: (payload: string) => void;
  /** The connection ended without being closed by us. */
  readonly onLost: () => void;
};

const CHANNEL = "sluice_config";
const CONNECT_MS = 5_000;
const ANSWER_MS = 2_000;

/** Waits for one echo at a time. */
function echoBox(clock: Clock) {
  const waiting = new Set<(heard: boolean) => void>();
  return {
    heard() {
      for (const tell of [...waiting]) tell(true);
    },
    expect: () =>
      new Promise<boolean>((resolve) => {
        const tell = (heard: boolean) => {
          stop();
          waiting.delete(tell);
          resolve(heard);
        };
        const stop = clock.after(ANSWER_MS, () => tell(false));
        waiting.add(tell);
      }),
  };
}

/** Opens a connection that listens to configuration changes. Throws database_unavailable. */
export async function openListener({ url, database, clock, onPayload, onLost }: ListenerOptions): Promise<Listener> {
  const echoChannel = `sluice_echo_${randomBytes(8).toString("hex")}`;
  const box = echoBox(clock);
  const link = openLink(url, {
    connectMs: CONNECT_MS,
    onLost,
    onNotify(channel, payload) {
      if (channel === CHANNEL) onPayload(payload);
      else box.heard();
    },
  });
  const ask = (ms: number, statement: string) => answerWithin(ms, link.client.unsafe(statement), { link, clock });
  await ask(CONNECT_MS + ANSWER_MS, `listen ${CHANNEL}; listen ${echoChannel}`);
  return {
    async check() {
      try {
        await ask(ANSWER_MS, "select 1");
      } catch {
        return "dead";
      }
      const echo = box.expect();
      try {
        await database.db.execute(sql`select pg_notify(${echoChannel}, '')`);
      } catch {
        return "deaf";
      }
      return (await echo) ? "hearing" : "deaf";
    },
    close: () => link.destroy(),
  };
}
