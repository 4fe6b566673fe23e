import { AppError } from "@/core/errors";
import type { Clock } from "@/lib/clock";

/** Bytes of request bodies in memory, bounded over all requests (reliability-and-security.md 3.2). */
export type BodyBudget = {
  /** Null: granted at once. Else a promise that resolves when there is room, first come first served, or rejects with `overloaded` after 10 s. */
  reserve(bytes: number): Promise<void> | null;
  release(bytes: number): void;
};

const WAIT_MS = 10_000;

type Waiter = { readonly bytes: number; grant(): void };

/** A budget of `limit` bytes. A body larger than all of it is granted when no other is in memory. */
export function bodyBudget(limit: number, clock: Clock): BodyBudget {
  let used = 0;
  const waiters: Waiter[] = [];
  const fits = (bytes: number) => used + bytes <= limit || used === 0;
  return {
    reserve(bytes) {
      if (waiters.length === 0 && fits(bytes)) {
        used += bytes;
        return null;
      }
      return new Promise((resolve, reject) => {
        const waiter: Waiter = {
          bytes,
          grant() {
            cancel();
            used += bytes;
            resolve();
          },
        };
        const cancel = clock.after(WAIT_MS, () => {
          waiters.splice(waiters.indexOf(waiter), 1);
          reject(new AppError("overloaded"));
        });
        waiters.push(waiter);
      });
    },
    release(bytes) {
      used -= bytes;
      for (let next = waiters[0]; next !== undefined && fits(next.bytes); next = waiters[0]) {
        waiters.shift();
        next.grant();
      }
    },
  };
}
