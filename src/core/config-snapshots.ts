import type { Clock } from "@/lib/clock";
import type { ConfigSnapshot, ConfigSnapshots } from "./config-snapshot";

/** What a holder of the config snapshot works with. */
export type ConfigSnapshotsOptions = {
  /** The snapshot loaded at the start. */
  readonly initial: ConfigSnapshot;
  readonly load: () => Promise<ConfigSnapshot>;
  readonly clock: Clock;
  /** Another snapshot is in force. */
  readonly onLoaded?: (snapshot: ConfigSnapshot) => void;
  /** A failed load; the old snapshot stays and the load is tried again. */
  readonly onError: (error: unknown) => void;
};

const TAGS: ReadonlySet<string> = new Set(["channels", "prices", "settings", "models", "*"]);
const RETRY_MS = 500;
const MAX_RETRY_MS = 5000;

/**
 * Holds the snapshot in force and replaces it whole when the configuration changes. One load runs at a time; a change that comes while it
 * runs makes another one follow, so the last change always wins. A load that fails is repeated after 0.5 s, then with doubled pauses up to 5 s.
 */
export function createConfigSnapshots(options: ConfigSnapshotsOptions): ConfigSnapshots & {
  /** Tells what changed; tags other than `channels`, `prices`, `settings`, `models` and `*` are not for this snapshot. */
  invalidate(tags: readonly string[]): void;
  /** Resolves when no load is under way or due at once: after it `current()` shows every change told before. Does not wait for retries. */
  settled(): Promise<void>;
  /** False while a change was told that `current()` does not show yet. */
  isCurrent(): boolean;
} {
  let current = options.initial;
  let isDirty = false;
  let failures = 0;
  let cancelRetry: (() => void) | null = null;
  let running: Promise<void> | null = null;

  const loadAll = async () => {
    while (isDirty) {
      isDirty = false;
      try {
        current = await options.load();
        options.onLoaded?.(current);
        failures = 0;
      } catch (error) {
        options.onError(error);
        const pause = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** failures++);
        cancelRetry ??= options.clock.after(pause, reload);
        return;
      }
    }
  };
  const reload = () => {
    cancelRetry?.();
    cancelRetry = null;
    isDirty = true;
    running ??= loadAll().finally(() => {
      running = null;
    });
  };
  return {
    current: () => current,
    invalidate(tags) {
      if (tags.some((tag) => TAGS.has(tag))) reload();
    },
    isCurrent: () => !isDirty && running === null && cancelRetry === null,
    settled: async () => {
      await running;
    },
  };
}
