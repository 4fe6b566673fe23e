import { type SQL, sql } from "drizzle-orm";
import type { DenialRecord, LedgerStore } from "@/core/ledger/entry";
import type { Database } from "./client";
import { acceptableJson, jsonText } from "./json-text";
import { ledgerRejects } from "./schema/ledger-rejects";

const FLUSH_MS = 15_000;
const LONGEST_NAME = 256;

const iso = (at: number) => new Date(at).toISOString();
const clipped = (text: string | null) => text?.slice(0, LONGEST_NAME) ?? null;

/** Keys are the columns of `denials`. The model is the client's word and may be of any length. */
const denialColumns = (denial: DenialRecord) => ({
  id: denial.id,
  at: iso(denial.at),
  user_id: denial.userId,
  key_id: denial.keyId,
  key_prefix: denial.keyPrefix,
  protocol: denial.protocol,
  operation: denial.operation,
  model: clipped(denial.model),
  status: denial.status,
  code: denial.code,
  params: denial.params,
  decision: denial.decision,
});

/** One statement per batch, which keeps its plan on the connection (quota.md Q47; the function is in the migrations). */
const recordStatement = (settlements: string): SQL => sql`select record_settlements(${settlements}::jsonb)`;

const denialStatement = (denials: string): SQL => sql`
insert into denials (id, at, user_id, key_id, key_prefix, protocol, operation, model, status, code, params, decision)
select d.id, d.at, d.user_id, d.key_id, d.key_prefix, d.protocol, d.operation, d.model, d.status, d.code, d.params, d.decision
from jsonb_to_recordset(${denials}::jsonb) as d(
  id uuid, at timestamptz, user_id bigint, key_id bigint, key_prefix text, protocol text, operation text, model text, status integer,
  code text, params jsonb, decision jsonb)
order by d.id
on conflict do nothing`;

/**
 * The ledger in PostgreSQL. `record` throws `database_unavailable` when the same batch may pass later, and `internal_error`
 * when one of its rows is refused for what it holds: halve the batch, and `reject` the row that is left (quota.md Q48).
 */
export function ledgerStore(database: Database): LedgerStore {
  const flush = (statement: SQL) => database.transaction((tx) => tx.execute(statement), { statementMs: FLUSH_MS });
  return {
    async record(settlements) {
      if (settlements.length > 0) await flush(recordStatement(`[${settlements.map(acceptableJson).join(",")}]`));
    },
    async reject(entry, reason) {
      const text = reason.replaceAll("\u0000", "").toWellFormed();
      await database.db.insert(ledgerRejects).values({ reason: text, entry: jsonText(entry) });
    },
    async recordDenials(denials) {
      if (denials.length > 0) await flush(denialStatement(jsonText(denials.map(denialColumns))));
    },
  };
}
