import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Stage } from "./open-stage";

/** A row of the ledger. */
export type SpentRow = {
  readonly id: string;
  readonly outcome: string;
  readonly cost: number;
  readonly failOpen: boolean;
};

/** What the counter of the user's daily limit over all models says, in nano-USD. */
export type Counter = { readonly s: number; readonly h: number; readonly w: number };

/** What ledger and counters say, read from PostgreSQL and Redis themselves. */
export function readSpend(stage: Stage) {
  const ledger = async () => {
    const [row] = await stage.sql(
      (sql) => sql<{ sum: string }[]>`select coalesce(sum(cost_nusd), 0)::text as sum from usage_ledger`,
    );
    return Number(row?.sum ?? 0);
  };
  const counter = (): Promise<Counter> =>
    stage.redis.run(async (client) => {
      const [key] = await client.keys("sl:*:b:u*:0:usd:daily:*");
      const fields: Record<string, string> = key === undefined ? {} : await client.hgetall(key);
      return { s: Number(fields.s ?? 0), h: Number(fields.h ?? 0), w: Number(fields.w ?? 0) };
    });
  return {
    /** Sum of the ledger, nano-USD. */
    ledger,
    counter,
    async rows(): Promise<readonly SpentRow[]> {
      const rows = await stage.sql(
        (sql) => sql<{ id: string; outcome: string; cost: string; fail_open: boolean }[]>`
          select replace(id::text, '-', '') as id, outcome, cost_nusd::text as cost, fail_open from usage_ledger`,
      );
      return rows.map(({ id, outcome, cost, fail_open }) => ({ id, outcome, cost: Number(cost), failOpen: fail_open }));
    },
    /** Waits until every settled call is in the ledger. */
    async untilLedgerIs(nanoUsd: number): Promise<void> {
      for (let round = 0; round < 200 && (await ledger()) !== nanoUsd; round++) await sleep(50);
      expect(await ledger()).toBe(nanoUsd);
    },
    /** Waits until nothing is held any more; returns what is settled. */
    async untilReleased(): Promise<number> {
      for (let round = 0; round < 1_200; round++) {
        const { s, h, w } = await counter();
        if (h === 0 && w === 0) return s;
        await sleep(100);
      }
      throw new Error(`still held: ${JSON.stringify(await counter())}`);
    },
  };
}
