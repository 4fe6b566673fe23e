import { and, asc, eq, gt, or, sql } from "drizzle-orm";
import { type StoredDetail, unpackDetail } from "@/core/ledger/detail-text";
import type { EntryDetail } from "@/core/ledger/entry";
import type { Database } from "./client";
import { usageLedger } from "./schema/usage-ledger";
import { denialParts, hourOf, ledgerParts, MEASURES, type TimeRange } from "./usage-parts";

/** What the ledger says about itself; every count but `entries` and `costNanoUsd` should be 0. */
export type LedgerReport = {
  readonly entries: number;
  readonly costNanoUsd: string;
  /** (id, attempt) that stand in the ledger more than once. */
  readonly duplicates: number;
  /** 5-minute buckets of a user and key whose rollup differs from the sum of their entries. */
  readonly rollupMismatches: number;
  /** Hours that are rolled up and not marked whose sums differ from their entries and denials. */
  readonly hourMismatches: number;
  /** Entries without a row in the request log. */
  readonly withoutRequest: number;
  /** Requests whose cost differs from the sum of their entries. */
  readonly requestMismatches: number;
  /** Entries that were set aside. */
  readonly rejected: number;
};

/** One entry as far as its cost can be computed again. */
export type StoredEntry = {
  readonly id: string;
  readonly attempt: number;
  readonly costNanoUsd: number;
  readonly detail: EntryDetail;
};

const REPORT_MS = 30_000;
const PAGE = 1_000;

/** Compares ledger, rollup and request log in one database snapshot. */
export function readLedgerReport(database: Database): Promise<LedgerReport> {
  return database.transaction(
    async (tx) => {
      const [row] = await tx.execute<Record<keyof LedgerReport, string>>(REPORT);
      const [hours] = await tx.execute<{ mismatches: string }>(HOUR_REPORT);
      const count = (name: keyof LedgerReport) => Number(row?.[name] ?? 0);
      return {
        entries: count("entries"),
        costNanoUsd: String(row?.costNanoUsd ?? "0"),
        duplicates: count("duplicates"),
        rollupMismatches: count("rollupMismatches"),
        hourMismatches: Number(hours?.mismatches ?? 0),
        withoutRequest: count("withoutRequest"),
        requestMismatches: count("requestMismatches"),
        rejected: count("rejected"),
      };
    },
    { statementMs: REPORT_MS, snapshot: true },
  );
}

/** Every entry, in pages by request and attempt; those of one request may lie on two pages. */
export async function* readEntries({ db }: Pick<Database, "db">): AsyncGenerator<readonly StoredEntry[]> {
  const { id, attempt, costNanoUsd, detail } = usageLedger;
  for (let last: StoredEntry | null = null; ; ) {
    const behind: StoredEntry | null = last;
    const rows: readonly (Omit<StoredEntry, "detail"> & { readonly detail: StoredDetail })[] = await db
      .select({ id, attempt, costNanoUsd, detail })
      .from(usageLedger)
      .where(behind === null ? undefined : or(gt(id, behind.id), and(eq(id, behind.id), gt(attempt, behind.attempt))))
      .orderBy(asc(id), asc(attempt))
      .limit(PAGE);
    const page: readonly StoredEntry[] = rows.map((row) => ({ ...row, detail: unpackDetail(row.detail) }));
    if (page.length > 0) yield page;
    last = page.at(-1) ?? null;
    if (page.length < PAGE) return;
  }
}

const REPORT = sql`
with sums as (
  select user_id, date_bin('5 minutes', admitted_at, '2000-01-01 00:00+00') as bucket, key_id,
    coalesce(model_group_id, 0) as model_group_id, counted_in_user_global, counted_in_key_global,
    sum(cost_nusd) as cost, sum(requests) as requests, sum(tokens) as tokens, count(*) as entries
  from usage_ledger group by 1, 2, 3, 4, 5, 6),
by_request as (select id, sum(cost_nusd) as cost from usage_ledger group by id)
select
  (select count(*) from usage_ledger)::text as entries,
  (select coalesce(sum(cost_nusd), 0) from usage_ledger)::text as "costNanoUsd",
  (select count(*) from (select from usage_ledger group by id, attempt having count(*) > 1) d)::text as duplicates,
  (select count(*) from sums s full join usage_rollup r
     using (user_id, bucket, key_id, model_group_id, counted_in_user_global, counted_in_key_global)
   where (s.cost, s.requests, s.tokens, s.entries) is distinct from (r.cost_nusd, r.requests, r.tokens, r.entries))::text
    as "rollupMismatches",
  (select count(*) from by_request b where not exists (select from requests q where q.id = b.id))::text as "withoutRequest",
  (select count(*) from requests q left join by_request b using (id) where q.cost_nusd <> coalesce(b.cost, 0))::text
    as "requestMismatches",
  (select count(*) from ledger_rejects)::text as rejected`;

const EVER: readonly TimeRange[] = [
  { from: Date.parse("0001-01-02T00:00:00Z"), to: Date.parse("9999-12-30T00:00:00Z") },
];
const ALL_SUMS = MEASURES.map((name) => `coalesce(sum(${name}), 0)::bigint`).join(", ");

/** Hours whose partition is gone have fewer rows than were summed up, and nothing to compare with. */
const HOUR_REPORT = sql`
with known as (
  select hour, array[${sql.raw(ALL_SUMS)}] as sums, count(*) as rows from (
    select ${hourOf(sql`at`)} as hour, part.* from (${ledgerParts(EVER, sql`true`)} union all ${denialParts(EVER, sql`true`)}) part) parts
  group by hour),
rolled as (
  select ${hourOf(sql`bucket`)} as hour, array[${sql.raw(ALL_SUMS)}] as sums from usage_hours where kind = 'all' group by 1)
select count(*)::text as mismatches from known full join rolled using (hour) left join usage_rolled_hours r using (hour)
where hour not in (select hour from usage_marks) and known.sums is distinct from rolled.sums
  and (r.hour is null or coalesce(known.rows, 0) >= r.entries + r.denials)`;
