import { sql } from "drizzle-orm";
import type { Database } from "./client";

/** What the rows of a hold add up to: nano-USD, tokens, requests. */
export type HeldSums = {
  readonly usd: number;
  readonly tokens: number;
  readonly requests: number;
  /** One of its attempts ended well, as far as the rows tell. */
  readonly isOk: boolean;
};

/** The ledger rows of one hold. */
export type HeldRows = {
  /**
   * Sums of the rows of a hold, corrections included; null when there is none. `requestId` has 32 hex digits, `at` is an instant within a day of
   * the admission, epoch ms. Throws database_unavailable.
   */
  find(hold: { readonly requestId: string; readonly holdNo: number; readonly at: number }): Promise<HeldSums | null>;
};

/** Rows of holds in PostgreSQL: one look-up by id in the partitions around the admission. */
export function heldRows({ db }: Pick<Database, "db">): HeldRows {
  return {
    async find({ requestId, holdNo, at }) {
      const instant = new Date(at).toISOString();
      const [row] = await db.execute<Record<"rows" | "usd" | "tokens" | "requests", string> & { ok: boolean }>(sql`
        select count(*) as rows, sum(cost_nusd) as usd, sum(tokens) as tokens, sum(requests) as requests, bool_or(outcome = 'ok') as ok
        from usage_ledger
        where id = ${requestId}::uuid and hold_no = ${holdNo}
          and admitted_at between ${instant}::timestamptz - interval '1 day' and ${instant}::timestamptz + interval '1 day'`);
      if (row === undefined || Number(row.rows) === 0) return null;
      return { usd: Number(row.usd), tokens: Number(row.tokens), requests: Number(row.requests), isOk: row.ok };
    },
  };
}
