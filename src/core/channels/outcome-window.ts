/** Attempts of the last while and how many of them failed. */
export type OutcomeCounts = { readonly attempts: number; readonly failures: number };

/** Counts outcomes of the last while in slots of equal length, so that an outcome costs the same however many there are. */
export type OutcomeWindow = {
  add(isFailure: boolean): void;
  counts(): OutcomeCounts;
  clear(): void;
};

const SLOTS = 30;

/** A window that is `windowMs` long, to within a 30th. */
export function createOutcomeWindow(windowMs: number, monotonic: () => number): OutcomeWindow {
  const slotMs = windowMs / SLOTS;
  const attempts = new Uint32Array(SLOTS);
  const failures = new Uint32Array(SLOTS);
  let newest = 0;
  /** Empties the slots between the newest one and that of this instant, which it returns. */
  const turn = (): number => {
    const current = Math.floor(monotonic() / slotMs);
    for (let slot = Math.max(newest + 1, current - SLOTS + 1); slot <= current; slot++) {
      attempts[slot % SLOTS] = 0;
      failures[slot % SLOTS] = 0;
    }
    newest = Math.max(newest, current);
    return newest % SLOTS;
  };
  const sum = (slots: Uint32Array) => slots.reduce((total, count) => total + count, 0);
  return {
    add(isFailure) {
      const slot = turn();
      attempts[slot] = (attempts[slot] ?? 0) + 1;
      if (isFailure) failures[slot] = (failures[slot] ?? 0) + 1;
    },
    counts() {
      turn();
      return { attempts: sum(attempts), failures: sum(failures) };
    },
    clear() {
      attempts.fill(0);
      failures.fill(0);
    },
  };
}
