import { type Decision, type Domain, findOpenHold, NO_CHANGES } from "./domain";
import type { ExpiredHold } from "./quota-store";

/** Puts a hold into limbo whose time is over, and tells it; null: it was renewed or ended, or the domain has no epoch. `now` in epoch ms. */
export function decideExpire(domain: Domain, holdId: string, now: number): Decision<ExpiredHold | null> {
  const hold = domain.epoch === null ? undefined : findOpenHold(domain, holdId, now);
  if (hold === undefined || hold.expiresAt > now) return { reply: null, changes: null };
  const expired: ExpiredHold = {
    userId: hold.userId,
    holdId,
    replica: hold.replica,
    at: hold.at,
    expiredAt: hold.expiresAt,
    record: hold.record,
    ceilingNanoUsd: hold.ceilingNanoUsd,
    buckets: hold.buckets.map(({ id, kind, start, end, slot }) => ({ id, kind, start, end, slot })),
  };
  return { reply: expired, changes: hold.isLimbo ? null : { ...NO_CHANGES, opened: { ...hold, isLimbo: true } } };
}
