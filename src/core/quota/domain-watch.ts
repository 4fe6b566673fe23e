/** Notices counters whose history was rolled back, as after a failover to a replica that lagged behind (quota.md Q25). */
export type DomainWatch = {
  /** True when a reply continues what was seen of this user; false when it repeats or precedes it. */
  continues(userId: number, epoch: string, sequence: number): boolean;
};

/** Users remembered; the oldest give way. */
const WATCHED_USERS = 100_000;

/** A watch that has seen nothing. Epochs begin with the time at which they were made, so that an older one is told from a newer one. */
export function createDomainWatch(): DomainWatch {
  const seen = new Map<number, { epoch: string; sequence: number }>();
  return {
    continues(userId, epoch, sequence) {
      const last = seen.get(userId);
      if (last === undefined) {
        forgetOldest(seen);
        seen.set(userId, { epoch, sequence });
        return true;
      }
      const isLater = epoch === last.epoch ? sequence > last.sequence : epoch > last.epoch;
      last.epoch = epoch;
      last.sequence = sequence;
      return isLater;
    },
  };
}

function forgetOldest(seen: Map<number, unknown>): void {
  if (seen.size < WATCHED_USERS) return;
  for (const oldest of seen.keys()) {
    seen.delete(oldest);
    return;
  }
}
