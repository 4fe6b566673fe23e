import { type SQL, sql } from "drizzle-orm";
import type { AttemptRecord } from "@/core/ledger/entry";
import type { RequestDetail, RequestFilter, RequestRow } from "@/core/ledger/request-log";
import { expandDecision } from "@/core/limit-lines";
import type { CostSource, RequestOutcome } from "@/core/vocabulary";
import { asNanoUsd } from "@/lib/money";

/** A row of the request log as the driver returns it: bigint and timestamptz are texts. */
export type LoggedRow = {
  readonly id: string;
  readonly at: string;
  readonly outcome: string;
  readonly status: number | null;
  readonly code: string | null;
  readonly user_id: string | null;
  readonly user_name: string | null;
  readonly key_id: string | null;
  readonly key_name: string | null;
  readonly key_prefix: string | null;
  readonly protocol: string;
  readonly operation: string | null;
  readonly model: string | null;
  readonly upstream_model: string | null;
  readonly channel_id: string | null;
  readonly channel_name: string | null;
  readonly stream: boolean;
  readonly input_tokens: string;
  readonly cached_tokens: string;
  readonly output_tokens: string;
  readonly cost_nusd: string;
  readonly cost_source: string;
  readonly first_byte_ms: number | null;
  readonly duration_ms: number | null;
};

/** A logged row with what the drawer shows besides. */
export type LoggedDetail = LoggedRow & {
  readonly attempts: readonly AttemptRecord[];
  readonly upstream_request_id: string | null;
  readonly decision: unknown;
  readonly params: Readonly<Record<string, unknown>>;
};

/** Admitted requests and denials under one list of columns. */
export const REQUEST_COLUMNS = sql`id, at, outcome, status, code, user_id, key_id, key_prefix, protocol, operation, model, upstream_model,
  channel_id, stream, input_tokens, cached_tokens, output_tokens, cost_nusd, cost_source, first_byte_ms, duration_ms`;
export const DENIAL_COLUMNS = sql`id, at, 'denied', status, code, user_id, key_id, key_prefix, protocol, operation, model, null::text,
  null::bigint, false, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 'none', null::integer, null::integer`;

const iso = (at: number) => new Date(at).toISOString();
const hexOf = (uuid: string) => uuid.replaceAll("-", "");
const numberOrNull = (value: string | null) => (value === null ? null : Number(value));

/** The conditions of a filter on one side of the log; a side that cannot match gets `false`. */
export function conditionsOf(filter: RequestFilter, side: "requests" | "denials"): SQL {
  const { userId, keyId, channelId, model, outcome, code, from, to } = filter;
  const isDenials = side === "denials";
  const conditions = [
    userId !== undefined && sql`user_id = ${userId}`,
    keyId !== undefined && sql`key_id = ${keyId}`,
    channelId !== undefined && (isDenials ? sql`false` : sql`channel_id = ${channelId}`),
    model !== undefined && sql`model = ${model}`,
    outcome !== undefined && isDenials !== (outcome === "denied") && sql`false`,
    outcome !== undefined && !isDenials && sql`outcome = ${outcome}`,
    code !== undefined && sql`code = ${code}`,
    from !== undefined && sql`at >= ${iso(from)}::timestamptz`,
    to !== undefined && sql`at < ${iso(to)}::timestamptz`,
  ];
  return sql.join([sql`true`, ...conditions.filter((condition) => condition !== false)], sql` and `);
}

/** A logged row in the terms of the port. */
export function toRequestRow(row: LoggedRow): RequestRow {
  return {
    id: hexOf(row.id),
    at: new Date(row.at).getTime(),
    outcome: row.outcome as RequestOutcome,
    status: row.status,
    code: row.code,
    userId: numberOrNull(row.user_id),
    userName: row.user_name,
    keyId: numberOrNull(row.key_id),
    keyName: row.key_name,
    keyPrefix: row.key_prefix,
    protocol: row.protocol,
    operation: row.operation,
    model: row.model,
    upstreamModel: row.upstream_model,
    channelId: numberOrNull(row.channel_id),
    channelName: row.channel_name,
    stream: row.stream,
    inputTokens: Number(row.input_tokens),
    cachedTokens: Number(row.cached_tokens),
    outputTokens: Number(row.output_tokens),
    costNanoUsd: asNanoUsd(Number(row.cost_nusd)),
    costSource: row.cost_source as CostSource,
    firstByteMs: row.first_byte_ms,
    durationMs: row.duration_ms,
  };
}

/** A logged detail in the terms of the port; its ledger entries come apart. */
export function toRequestDetail(row: LoggedDetail, entries: RequestDetail["entries"]): RequestDetail {
  const { attempts, params } = row;
  const decision = expandDecision(row.decision);
  return { ...toRequestRow(row), attempts, upstreamRequestId: row.upstream_request_id, decision, params, entries };
}
