import type { Clock } from "@/lib/clock";
import type { BringUser } from "./bring-user";
import type { Checked } from "./drift";
import type { HoldEnds } from "./hold-ends";

/** What rebuilding users by their id works with. */
export type RebuildUsersDeps = {
  readonly bring: Pick<BringUser, "rebuild">;
  readonly ends: Pick<HoldEnds, "forgetOld">;
  readonly clock: Clock;
  /** Limits of a user by each of its keys; empty when the user is gone or has no key. */
  limitsOf(userId: number): Promise<readonly Checked[]>;
  /** They are still as they were. */
  onFailed(userId: number, error: unknown): void;
};

/**
 * Rebuilds the counters of users from the ledger, one after the other, as seen by their first key: the others' are filled at their next use.
 * One whose limits are gone has nothing to rebuild, one that waits for its turn is not asked for twice. Never rejects.
 */
export function createRebuildUsers(deps: RebuildUsersDeps): (userIds: readonly number[]) => Promise<void> {
  const { bring, ends, clock, limitsOf, onFailed } = deps;
  const ordered = new Set<number>();
  return async (userIds) => {
    const fresh = userIds.filter((userId) => !ordered.has(userId));
    for (const userId of fresh) ordered.add(userId);
    for (const userId of fresh) {
      try {
        const [seen] = await limitsOf(userId);
        if (seen === undefined) ends.forgetOld(userId);
        else await bring.rebuild({ userId, ...seen, at: clock.now() });
      } catch (error) {
        onFailed(userId, error);
      } finally {
        ordered.delete(userId);
      }
    }
  };
}
