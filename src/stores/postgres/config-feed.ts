import { sql } from "drizzle-orm";
import type { ConfigChange, ConfigFeed } from "@/core/config/config-feed";
import type { Clock } from "@/lib/clock";
import type { Database } from "./client";
import { type Listener, openListener } from "./listener";

/** What the feed works with. `onError` hears of a failed poll or a lost listener; nobody needs to act. */
export type ConfigFeedDeps = {
  readonly url: string;
  readonly database: Pick<Database, "db">;
  readonly clock: Clock;
  readonly onError?: (error: unknown) => void;
};

const POLL_MS = 5_000;
const POLL_DEAF_MS = 1_000;
const RELISTEN_MS = 250;

/** Gathers the notifications of one commit, which arrive together, and notices versions that were never announced. */
function changeGatherer(onChange: (change: ConfigChange) => void) {
  let version = 0;
  let tags = new Set<string>();
  const flush = () => {
    const gathered = [...tags];
    tags = new Set();
    onChange({ version, tags: gathered });
  };
  return {
    version: () => version,
    /** `seen` may be older than what is known: its tags count all the same. */
    note(seen: number, tag: string) {
      if (tags.size === 0) queueMicrotask(flush);
      if (seen > version + 1) tags.add("*");
      tags.add(tag);
      version = Math.max(version, seen);
    },
  };
}

/** Keeps a listener alive: opens it, checks it, opens the next one when it is lost. */
function steadyListener(deps: ConfigFeedDeps, on: { payload(text: string): void; listening(): void }) {
  let listener: Listener | null = null;
  let isHearing = false;
  let turn = 0; // of the connection in use; what belongs to an earlier one no longer counts
  let isClosed = true;
  const lose = (lostTurn: number) => {
    if (lostTurn !== turn) return;
    turn++;
    listener?.close();
    listener = null;
    isHearing = false;
    if (!isClosed) deps.clock.after(RELISTEN_MS, () => void open());
  };
  const check = async () => {
    const checkedTurn = turn;
    const result = await listener?.check();
    if (checkedTurn !== turn || result === undefined) return;
    isHearing = result === "hearing";
    if (result === "dead") lose(checkedTurn);
  };
  const open = async (): Promise<void> => {
    if (isClosed) return;
    const ownTurn = turn;
    try {
      const opened = await openListener({ ...deps, onPayload: on.payload, onLost: () => lose(ownTurn) });
      if (ownTurn !== turn) return opened.close();
      listener = opened;
      on.listening(); // what was notified meanwhile is lost: the version is read again
      await check();
    } catch (error) {
      deps.onError?.(error);
      lose(ownTurn);
    }
  };
  return {
    isHearing: () => isHearing,
    check,
    open() {
      isClosed = false;
      return open();
    },
    close() {
      isClosed = true;
      lose(turn);
    },
  };
}

/**
 * Tells of configuration changes by LISTEN, with a poll of the version every 5 s behind it (1 s while LISTEN does not work).
 * A version that nobody announced, be it by a lost notification or a reconnect, is told with the tag `*`.
 */
export function createConfigFeed(deps: ConfigFeedDeps): ConfigFeed {
  const { database, clock } = deps;
  let confirmedAt = clock.monotonic();
  let gatherer = changeGatherer(() => {});
  let stopPolling = () => {};
  let isRunning = false;

  const readVersion = async () => {
    const [row] = await database.db.execute<{ version: string }>(sql`select version from config_version`);
    confirmedAt = clock.monotonic();
    return Number(row?.version ?? 0);
  };
  const poll = async () => {
    try {
      const version = await readVersion();
      if (isRunning && version > gatherer.version()) gatherer.note(version, "*");
    } catch (error) {
      deps.onError?.(error);
    }
  };
  const listener = steadyListener(deps, {
    payload(text) {
      const [version = "", tag = "*"] = text.split(" ");
      gatherer.note(Number(version), tag);
    },
    listening: () => void poll(),
  });
  const turn = async () => {
    await Promise.all([poll(), listener.check()]);
    pollAgain();
  };
  const pollAgain = () => {
    if (isRunning) stopPolling = clock.after(listener.isHearing() ? POLL_MS : POLL_DEAF_MS, () => void turn());
  };

  return {
    async start(onChange) {
      const version = await readVersion();
      gatherer = changeGatherer(onChange);
      isRunning = true;
      gatherer.note(version, "*");
      await listener.open();
      pollAgain();
    },
    async stop() {
      isRunning = false;
      stopPolling();
      listener.close();
    },
    version: () => gatherer.version(),
    stalenessMs: () => clock.monotonic() - confirmedAt,
  };
}
