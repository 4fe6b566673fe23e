import type { Clock } from "@/lib/clock";
import { databaseUnavailable } from "./database-error";
import type { Link } from "./link";

/** Links in stock, lent to one borrower at a time. */
export type LinkPool = {
  /** A link, within the wait; else `database_unavailable`. */
  borrow(): Promise<Link>;
  /** Gives it back; a broken or old one is replaced. */
  giveBack(link: Link): void;
  /** Refuses new borrowers, waits for the running ones up to `timeoutMs`, then closes everything. */
  close(timeoutMs: number): Promise<void>;
};

/** `waitMs` bounds the wait for a link, `lifeMs` the age of a connection. */
type Limits = { readonly clock: Clock; readonly size: number; readonly waitMs: number; readonly lifeMs: number };
type Waiter = { take(link: Link): void; refuse(reason: string): void };

/** Idle links, the last one used first. */
function linkStock(open: () => Link, { clock, lifeMs }: Limits) {
  const idle: Link[] = [];
  const bornAt = new Map<Link, number>();
  const isSpent = (link: Link) => link.isBroken() || clock.monotonic() - (bornAt.get(link) ?? 0) > lifeMs;
  const discard = (link: Link) => {
    bornAt.delete(link);
    link.destroy();
  };
  return {
    idle,
    discard,
    fresh() {
      const link = open();
      bornAt.set(link, clock.monotonic());
      return link;
    },
    take() {
      for (let link = idle.pop(); link !== undefined; link = idle.pop()) {
        if (!isSpent(link)) return link;
        discard(link);
      }
      return null;
    },
    /** False when the link is not worth keeping: it is destroyed. */
    keep(link: Link) {
      // One link found dead makes its idle neighbours suspect: they are cheaper to replace than to wait for.
      if (link.isBroken()) idle.splice(0).forEach(discard);
      if (isSpent(link)) discard(link);
      return bornAt.has(link);
    },
  };
}

/** Those who wait for a link, in order of arrival. */
function waitingLine({ clock, waitMs }: Limits) {
  const waiters = new Set<Waiter>();
  return {
    join: () =>
      new Promise<Link>((resolve, reject) => {
        const stop = clock.after(waitMs, () => waiter.refuse("no connection became free in time"));
        const leave = () => {
          waiters.delete(waiter);
          stop();
        };
        const waiter: Waiter = {
          take(link) {
            leave();
            resolve(link);
          },
          refuse(reason) {
            leave();
            reject(databaseUnavailable(reason));
          },
        };
        waiters.add(waiter);
      }),
    first: (): Waiter | undefined => waiters.values().next().value,
    refuseAll(reason: string) {
      for (const waiter of [...waiters]) waiter.refuse(reason);
    },
  };
}

/** A pool of at most `size` links. */
export function linkPool(open: () => Link, limits: Limits): LinkPool {
  const stock = linkStock(open, limits);
  const line = waitingLine(limits);
  const lent = new Set<Link>();
  const drained = new Set<() => void>();
  let closed = false;
  const lend = (link: Link) => {
    lent.add(link);
    return link;
  };
  const passOn = (link: Link) => {
    const kept = stock.keep(link);
    const next = line.first();
    if (next !== undefined) next.take(lend(kept ? link : stock.fresh()));
    else if (kept) stock.idle.push(link);
  };

  return {
    async borrow() {
      if (closed) throw databaseUnavailable("the pool is closed");
      const link = stock.take() ?? (lent.size < limits.size ? stock.fresh() : null);
      return link === null ? line.join() : lend(link);
    },
    giveBack(link) {
      if (!lent.delete(link)) return;
      if (closed) stock.discard(link);
      else passOn(link);
      if (lent.size === 0) for (const done of drained) done();
    },
    async close(timeoutMs) {
      closed = true;
      line.refuseAll("the pool is closed");
      if (lent.size > 0) {
        await new Promise<void>((resolve) => {
          const stop = limits.clock.after(timeoutMs, resolve);
          drained.add(() => {
            stop();
            resolve();
          });
        });
      }
      for (const link of lent) stock.discard(link);
      await Promise.all(stock.idle.splice(0).map((link) => link.end(timeoutMs)));
    },
  };
}
