import { asc, eq, type SQL, sql } from "drizzle-orm";
import { unpackDetail } from "@/core/ledger/detail-text";
import type {
  RequestCursor,
  RequestDetail,
  RequestFilter,
  RequestStore,
  UsageSummary,
} from "@/core/ledger/request-log";
import { dashedUuid } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";
import type { Handle } from "./handle";
import {
  conditionsOf,
  DENIAL_COLUMNS,
  type LoggedDetail,
  type LoggedRow,
  REQUEST_COLUMNS,
  toRequestDetail,
  toRequestRow,
} from "./request-rows";
import { usageLedger } from "./schema/usage-ledger";

const COUNT_CAP = 10_000;
const BUCKET_MS = 5 * 60_000;

const iso = (at: number) => new Date(at).toISOString();

const NAMED = sql`logged.*, users.name as user_name, keys.name as key_name, channels.name as channel_name`;
const NAMES = sql`left join users on users.id = logged.user_id left join keys on keys.id = logged.key_id
  left join channels on channels.id = logged.channel_id`;

/**
 * A request that was sent and then denied (quota.md Q59) is on both sides: it is listed once, as a request, unless denials are asked for. The
 * offset keeps it a probe per denial: joined, it would read all requests for one page.
 */
const unlisted = ({ outcome }: RequestFilter) =>
  outcome === undefined
    ? sql`not exists (select from requests where requests.id = denials.id and requests.at = denials.at offset 0)`
    : sql`true`;

/** Both sides are cut to one page before they meet, so that each is one index scan. */
function pageQuery(filter: RequestFilter, limit: number, after: RequestCursor | null): SQL {
  const beyond =
    after === null ? sql`true` : sql`(at, id) < (${iso(after.at)}::timestamptz, ${dashedUuid(after.id)}::uuid)`;
  const newest = sql`order by at desc, id desc limit ${limit}`;
  return sql`
    select ${NAMED} from (
      (select ${REQUEST_COLUMNS} from requests where ${conditionsOf(filter, "requests")} and ${beyond} ${newest})
      union all
      (select ${DENIAL_COLUMNS} from denials where ${conditionsOf(filter, "denials")} and ${beyond} and ${unlisted(filter)} ${newest})
    ) logged ${NAMES} order by logged.at desc, logged.id desc limit ${limit}`;
}

/** The denials are not looked at once the requests alone are more than is counted. */
async function countUpToCap(tx: Handle, filter: RequestFilter): Promise<{ value: number; capped: boolean }> {
  const admitted = await countOf(tx, sql`requests where ${conditionsOf(filter, "requests")}`);
  const refused =
    admitted > COUNT_CAP
      ? 0
      : await countOf(tx, sql`denials where ${conditionsOf(filter, "denials")} and ${unlisted(filter)}`);
  const total = admitted + refused;
  return { value: Math.min(total, COUNT_CAP), capped: total > COUNT_CAP };
}

async function countOf(tx: Handle, source: SQL): Promise<number> {
  const [row] = await tx.execute<{ total: string }>(
    sql`select count(*) as total from (select from ${source} limit ${COUNT_CAP + 1}) counted`,
  );
  return Number(row?.total ?? 0);
}

async function findEntries(tx: Handle, id: string): Promise<RequestDetail["entries"]> {
  const rows = await tx.select().from(usageLedger).where(eq(usageLedger.id, id)).orderBy(asc(usageLedger.attempt));
  return rows.map(({ attempt, channelId, outcome, costNanoUsd, costSource, tokens, detail }) => ({
    attempt,
    channelId,
    outcome,
    costNanoUsd: asNanoUsd(costNanoUsd),
    costSource,
    tokens,
    detail: unpackDetail(detail),
  }));
}

type SummaryPeriod = Parameters<RequestStore["summary"]>[0];

/** Whole buckets of the rollup, and the ledger for what sticks out at both ends: exact, and short for long periods. */
function usageQuery({ userId, keyId, from, to }: SummaryPeriod): SQL {
  const firstWhole = Math.ceil(from / BUCKET_MS) * BUCKET_MS;
  const lastWhole = Math.max(firstWhole, Math.floor(to / BUCKET_MS) * BUCKET_MS);
  const ofUser = userId === undefined ? sql`true` : sql`user_id = ${userId}`;
  const whose = keyId === undefined ? ofUser : sql`${ofUser} and key_id = ${keyId}`;
  const between = (column: SQL, start: number, end: number) =>
    sql`${column} >= ${iso(start)}::timestamptz and ${column} < ${iso(end)}::timestamptz`;
  const bucket = sql`bucket`;
  const admitted = sql`admitted_at`;
  return sql`
    select coalesce(sum(cost), 0) as cost, coalesce(sum(calls), 0) as calls, coalesce(sum(tokens), 0) as tokens from (
      select sum(cost_nusd) as cost, sum(requests) as calls, sum(tokens) as tokens from usage_rollup
      where ${whose} and ${between(bucket, firstWhole, lastWhole)}
      union all
      select sum(cost_nusd), sum(requests), sum(tokens) from usage_ledger
      where ${whose} and ${between(admitted, from, Math.min(firstWhole, to))}
      union all
      select sum(cost_nusd), sum(requests), sum(tokens) from usage_ledger
      where ${whose} and ${between(admitted, Math.max(lastWhole, from), to)} and ${firstWhole <= to}
    ) parts`;
}

async function summarise(tx: Handle, period: SummaryPeriod): Promise<UsageSummary> {
  const [usage] = await tx.execute<{ cost: string; calls: string; tokens: string }>(usageQuery(period));
  const [log] = await tx.execute<{ denied: string; p95: number | null }>(sql`
    select (select count(*) from denials where ${conditionsOf(period, "denials")}) as denied,
      (select percentile_disc(0.95) within group (order by duration_ms) from requests
       where ${conditionsOf({ ...period, outcome: "ok" }, "requests")}) as p95`);
  return {
    costNanoUsd: asNanoUsd(Number(usage?.cost ?? 0)),
    requests: Number(usage?.calls ?? 0),
    tokens: Number(usage?.tokens ?? 0),
    denied: Number(log?.denied ?? 0),
    p95Ms: log?.p95 ?? null,
  };
}

/**
 * The request log in PostgreSQL: admitted requests and denials in one list, newest first, ties by id. `nextCursor` is
 * `<at>.<id>` of the last row of a page that is not the last.
 */
export function requestStore(tx: Handle): RequestStore {
  return {
    async list(filter, { limit, after }) {
      const rows = (await tx.execute<LoggedRow>(pageQuery(filter, limit + 1, after))).map(toRequestRow);
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const nextCursor = rows.length > limit && last !== undefined ? `${last.at}.${last.id}` : null;
      return { items, nextCursor, total: await countUpToCap(tx, filter) };
    },
    async find(id) {
      const ofId = sql`id = ${dashedUuid(id)}::uuid`;
      const [row] = await tx.execute<LoggedDetail>(sql`
        select ${NAMED} from (
          select ${REQUEST_COLUMNS}, attempts, upstream_request_id, coalesce(denied.decision, requests.decision) as decision,
            coalesce(denied.params, '{}'::jsonb) as params
          from requests left join (select decision, params from denials where ${ofId}) denied on true where ${ofId}
          union all
          select ${DENIAL_COLUMNS}, '[]'::jsonb, null, decision, params from denials where ${ofId} and not exists (select from requests where ${ofId})
        ) logged ${NAMES} order by logged.at desc limit 1`);
      return row === undefined ? null : toRequestDetail(row, await findEntries(tx, dashedUuid(id)));
    },
    summary: (period) => summarise(tx, period),
    async newestSince(since) {
      const recent = sql`at >= ${iso(since)}::timestamptz order by at desc, id desc limit 1`;
      const [row] = await tx.execute<{ id: string }>(sql`
        select id from ((select id, at from requests where ${recent}) union all (select id, at from denials where ${recent})) logged
        order by at desc, id desc limit 1`);
      return row?.id.replaceAll("-", "") ?? null;
    },
  };
}
