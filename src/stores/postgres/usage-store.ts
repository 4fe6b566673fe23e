import { type SQL, sql } from "drizzle-orm";
import type {
  UsageAsk,
  UsageFilter,
  UsagePoints,
  UsageReading,
  UsageSeries,
  UsageStore,
  UsageSums,
} from "@/core/usage/usage-report";
import type { UsageDimension, UsageMeasure } from "@/core/vocabulary";
import type { Database } from "./client";
import type { Handle } from "./handle";
import { readRawHours } from "./raw-hours";
import { planDays } from "./usable-days";
import {
  denialParts,
  hourOf,
  instantArray,
  ledgerParts,
  MEASURE_COLUMNS,
  MEASURE_SUMS,
  type MeasureColumn,
  SUBJECT_COLUMNS,
  type UsageKind,
} from "./usage-parts";

const REPORT_MS = 30_000;

/** A report is over in less time than compiling it takes, and sums up in memory. */
const PLANNING = sql`select set_config('jit', 'off', true), set_config('work_mem', '32MB', true)`;

const iso = (at: number) => new Date(at).toISOString();

/** What makes the series, as text; what is not known has the text `NONE` or, for models, none. */
const DIMENSION: Readonly<Record<UsageDimension, SQL>> = {
  model: sql`model`,
  model_group: sql`model_group_id::text`,
  user: sql`user_id::text`,
  user_group: sql`user_id::text`,
  key: sql`key_id::text`,
  channel: sql`channel_id::text`,
};
const NONE = "0";

const TABLE: Readonly<Record<Exclude<UsageDimension, "model">, SQL>> = {
  model_group: sql`model_groups`,
  user: sql`users`,
  user_group: sql`user_groups`,
  key: sql`keys`,
  channel: sql`channels`,
};

const MEASURE: Readonly<Record<UsageMeasure, MeasureColumn>> = {
  cost: "cost_nusd",
  requests: "requests",
  tokens: "tokens",
  input_tokens: "input_tokens",
  cached_tokens: "cached_tokens",
  output_tokens: "output_tokens",
  errors: "errors",
  denied: "denied",
};

/** A point as the driver returns it; `place` 0 is the total, 1 and on are the series, the one behind them is the rest. */
type PointRow = Readonly<Record<Exclude<MeasureColumn, "entries">, string>> & {
  readonly place: string;
  readonly dim: string | null;
  readonly no: number;
};

/**
 * Usage reports in PostgreSQL: days and hours that are rolled up and lie wholly in one bucket, and the ledger itself for all others, in one snapshot
 * (dashboard.md 6.11).
 */
export function usageStore(database: Pick<Database, "transaction">): UsageStore {
  return {
    report: (ask) =>
      database.transaction(
        async (tx) => {
          await tx.execute(PLANNING);
          const hours = await readRawHours(tx, ask.bounds);
          const days = await planDays(tx, ask.bounds, hours.hours);
          const rows = await tx.execute<PointRow>(reportStatement(ask, sourcesOf(ask, hours, days)));
          return readingOf(ask, rows, await readNames(tx, ask.groupBy, rows));
        },
        { snapshot: true, statementMs: REPORT_MS },
      ),
  };
}

/** Where the sums of a report come from: whole days, hours between them, and what is not rolled up. */
function sourcesOf(
  { filter: asked, groupBy }: UsageAsk,
  raw: Awaited<ReturnType<typeof readRawHours>>,
  { days, gaps }: Awaited<ReturnType<typeof planDays>>,
): SQL {
  const filter = conditionsOf(asked);
  const columns = sql`${SUBJECT_COLUMNS}, ${MEASURE_COLUMNS}`;
  const inGaps = gaps.map(
    ({ from, to }) => sql`bucket >= ${iso(from)}::timestamptz and bucket < ${iso(to)}::timestamptz`,
  );
  const isRolled = raw.hours.length === 0 ? sql`true` : sql`${hourOf(sql`bucket`)} <> all (${instantArray(raw.hours)})`;
  const sources = [
    sql`select first as at, ${columns} from usage_days
      where kind = ${kindOf(asked, groupBy)} and first = any (${instantArray(days)}) and ${filter}`,
    ...(gaps.length === 0
      ? []
      : [
          sql`select bucket as at, ${columns} from usage_hours
          where kind = ${kindOf(asked, groupBy)} and (${sql.join(inGaps, sql` or `)}) and ${isRolled} and ${filter}`,
        ]),
    ...(raw.ranges.length === 0 ? [] : [ledgerParts(raw.ranges, filter), denialParts(raw.ranges, filter)]),
  ];
  return sql.join(sources, sql` union all `);
}

/** The smallest kind of hours and days that tells apart what a report asks for. */
function kindOf(filter: UsageFilter, groupBy: UsageDimension | null): UsageKind {
  const { userId, userGroupId, keyId, model, modelGroupId, channelId } = filter;
  const isOf = (...names: UsageDimension[]) => groupBy !== null && names.includes(groupBy);
  const byKeys = isOf("user", "user_group", "key") || (userId ?? userGroupId ?? keyId) !== undefined;
  const byModels = isOf("model", "model_group", "channel") || (model ?? modelGroupId ?? channelId) !== undefined;
  if (byKeys && byModels) return "all";
  return byKeys ? "keys" : "models";
}

function reportStatement({ bounds, groupBy, measure, top }: UsageAsk, parts: SQL): SQL {
  const bucketed = sql`
    select width_bucket(at, ${instantArray(bounds)}) - 1 as no, ${groupBy === null ? sql`null::text` : DIMENSION[groupBy]} as dim,
      ${MEASURE_SUMS}
    from (${parts}) part group by 1, 2`;
  const total = sql`select 0 as place, null::text as dim, no, ${MEASURE_SUMS} from bucketed group by no`;
  if (groupBy === null) return sql`with bucketed as materialized (${bucketed}) ${total}`;
  const byGroup = sql`
    select b.no, coalesce(g.user_group_id::text, ${NONE}) as dim, ${MEASURE_COLUMNS} from bucketed b
    left join user_group_users g on g.user_id::text = b.dim`;
  return sql`
    with bucketed as materialized (${bucketed}),
    grouped as ${groupBy === "user_group" ? sql`materialized (${byGroup})` : sql`not materialized (select * from bucketed)`},
    places as (
      select dim, least(row_number() over (order by sum(${sql.raw(MEASURE[measure])}) desc, dim), ${top + 1}) as place
      from grouped group by dim)
    select place, case when place <= ${top} then dim end as dim, no, ${MEASURE_SUMS} from grouped join places using (dim) group by 1, 2, 3
    union all ${total}`;
}

/** The conditions of a filter over the subject columns, with 0 for none. */
function conditionsOf(filter: UsageFilter): SQL {
  const { userId, userGroupId, keyId, model, modelGroupId, channelId, counted = "all" } = filter;
  const conditions = [
    userId !== undefined && sql`user_id = ${userId}`,
    userGroupId !== undefined &&
      sql`user_id in (select m.user_id from user_group_users m where m.user_group_id = ${userGroupId})`,
    keyId !== undefined && sql`key_id = ${keyId}`,
    model !== undefined && sql`model = ${model}`,
    modelGroupId !== undefined && sql`model_group_id = ${modelGroupId}`,
    channelId !== undefined && sql`channel_id = ${channelId}`,
    counted !== "all" && sql`counted_in_user_global = ${counted === "global"}`,
  ];
  return sql.join([sql`true`, ...conditions.filter((condition) => condition !== false)], sql` and `);
}

/** Names by id of what the series are of, as far as it still exists. */
async function readNames(
  tx: Handle,
  groupBy: UsageDimension | null,
  rows: readonly PointRow[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(rows.flatMap(({ dim }) => (dim === null || dim === NONE ? [] : [dim])))];
  if (groupBy === null || groupBy === "model" || ids.length === 0) return new Map();
  const found = await tx.execute<{ id: string; name: string }>(
    sql`select id::text, name from ${TABLE[groupBy]} where id = any (${`{${ids.join(",")}}`}::bigint[])`,
  );
  return new Map(found.map(({ id, name }) => [id, name]));
}

function readingOf(ask: UsageAsk, rows: readonly PointRow[], names: ReadonlyMap<string, string>): UsageReading {
  const byPlace = Map.groupBy(rows, ({ place }) => Number(place));
  const pointsOf = (place: number): UsagePoints =>
    new Map((byPlace.get(place) ?? []).map((row) => [row.no, sumsOf(row)]));
  const places = [...byPlace.keys()].filter((place) => place > 0 && place <= ask.top).sort((a, b) => a - b);
  const subjectOf = (place: number): Pick<UsageSeries, "id" | "name"> => {
    const dim = byPlace.get(place)?.[0]?.dim ?? "";
    if (ask.groupBy === "model") return dim === "" ? { id: null, name: null } : { id: dim, name: dim };
    return dim === NONE ? { id: null, name: null } : { id: Number(dim), name: names.get(dim) ?? null };
  };
  return {
    series: places.map((place) => ({ ...subjectOf(place), points: pointsOf(place) })),
    other: byPlace.has(ask.top + 1) ? pointsOf(ask.top + 1) : null,
    total: pointsOf(0),
  };
}

function sumsOf(row: PointRow): UsageSums {
  return {
    costNanoUsd: BigInt(row.cost_nusd),
    requests: Number(row.requests),
    tokens: Number(row.tokens),
    inputTokens: Number(row.input_tokens),
    cachedTokens: Number(row.cached_tokens),
    outputTokens: Number(row.output_tokens),
    errors: Number(row.errors),
    denied: Number(row.denied),
  };
}
