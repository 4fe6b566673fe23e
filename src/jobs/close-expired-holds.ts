import type { ExpiredHold } from "@/core/quota/quota-store";
import type { Job, JobDeps } from "./job";

const AT_ONCE = 200;
/** How long a hold stays in limbo before it is billed at its ceiling (quota.md Q37). */
const LIMBO_MS = 30_000;

/**
 * Closes holds whose owner died (quota.md Q37): with their ledger rows where there are some; void when the owner's journal was adopted and has
 * none, since then nothing was sent; else after 30 s in limbo as `interrupted` at their ceiling. Several replicas may do it at once: rows
 * and ends count once.
 */
export const closeExpiredHolds: Job = {
  name: "close-expired-holds",
  everyMs: 15_000,
  scope: "cluster",
  async run(deps, now) {
    for (const hold of await deps.holds.expired(AT_ONCE)) await close(hold, deps, now);
  },
};

async function close(hold: ExpiredHold, { holds, log }: JobDeps, now: number): Promise<void> {
  const billed = await holds.billedBy(hold);
  if (billed !== null) return holds.settle(hold, billed);
  const owner = await holds.standingOf(hold, now);
  if (owner === "alive") return;
  if (owner === "adopted") return holds.void(hold);
  if (now - hold.expiredAt < LIMBO_MS) return;
  const charged = await holds.bill(hold);
  log.warn({ holdId: hold.holdId, replica: hold.replica, ...charged }, "billed a hold whose owner died at its ceiling");
  await holds.settle(hold, charged);
}
