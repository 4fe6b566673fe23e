import { type Decision, type Domain, findClosedHold, findOpenHold, LIVES, NO_CHANGES } from "./domain";
import type { RenewAsk, RenewReply } from "./quota-store";

/** Keeps a hold open for another while, out of limbo too, and notes what it may be billed (quota.md Q36, Q38). `now` in epoch ms. */
export function decideRenew(domain: Domain, ask: RenewAsk, now: number): Decision<RenewReply> {
  if (domain.epoch === null) return { reply: "rebuild", changes: null };
  const hold = findOpenHold(domain, ask.holdId, now);
  if (hold === undefined) return { reply: findClosedHold(domain, ask.holdId, now)?.state ?? "unknown", changes: null };
  const renewed = {
    ...hold,
    isLimbo: false,
    expiresAt: now + ask.ttlMs,
    ceilingNanoUsd: ask.ceilingNanoUsd,
    keptUntil: now + LIVES.holdMs,
  };
  return { reply: "renewed", changes: { ...NO_CHANGES, opened: renewed } };
}
