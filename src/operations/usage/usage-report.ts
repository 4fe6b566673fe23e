import { AppError, type FieldError } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import type { Settings } from "@/core/settings/settings";
import { bucketBounds } from "@/core/usage/usage-buckets";
import type { UsageFilter, UsagePoints, UsageSums } from "@/core/usage/usage-report";
import { formatUsd } from "@/lib/money";
import { dayOf } from "@/lib/time-zone";
import { givenFilters } from "../list-cursor";
import { instantReader } from "../read-instant";
import { readSettings } from "../read-settings";
import { toIso } from "../to-output";
import type { ReportUsageInput, UsageReport } from "./schema";

const MOST_BUCKETS = 800;
const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
/** No instant that is given lies before it (`instantField`). */
const FIRST_INSTANT = Date.parse("0001-01-03T00:00:00Z");

const NOTHING: UsageSums = {
  costNanoUsd: 0n,
  ...{ requests: 0, tokens: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0, errors: 0, denied: 0 },
};

/** A report as the API shows it. Throws validation_failed for a period that is none or has more than 800 buckets. */
export async function usageReport(input: ReportUsageInput, ports: OperationPorts, now: number): Promise<UsageReport> {
  const { interval, groupBy, measure, top, from: _from, to: _to, ...filter } = input;
  const settings = await readSettings(ports.settings);
  const zone = settings.timeZone;
  const bounds = readBounds(input, settings, now);
  const reading = await ports.usage.report({
    bounds,
    groupBy: groupBy ?? null,
    ...{ measure, top, filter: givenFilters(filter) satisfies Partial<UsageFilter> },
  });
  const buckets = bounds.slice(1).map((to, index) => ({ from: toIso(bounds[index] ?? to), to: toIso(to) }));
  const show = (points: UsagePoints) => counted(points, buckets.length);
  return {
    ...{ zone, interval, asOf: toIso(now), buckets },
    from: toIso(bounds[0] ?? now),
    to: toIso(bounds.at(-1) ?? now),
    series: reading.series.map(({ id, name, points }) => ({ id, name, ...show(points) })),
    other: reading.other === null ? null : show(reading.other),
    total: show(reading.total),
  };
}

function readBounds(input: ReportUsageInput, settings: Settings, now: number): readonly number[] {
  const { timeZone: zone, weekStart } = settings;
  const fields: FieldError[] = [];
  const read = instantReader(zone, fields);
  const to = input.to === undefined ? now : read("to", input.to);
  const from = input.from === undefined ? firstOfDays(to, zone) : read("from", input.from);
  if (from >= to) fields.push({ path: input.from === undefined ? "to" : "from", code: "period_invalid" });
  const isPeriod = fields.length === 0;
  const bounds = isPeriod ? bucketBounds({ from, to, interval: input.interval, zone, weekStart }, MOST_BUCKETS) : null;
  if (isPeriod && bounds === null)
    fields.push({ path: "interval", code: "too_many_buckets", params: { max: MOST_BUCKETS } });
  if (bounds === null) throw new AppError("validation_failed", {}, { fields });
  return bounds;
}

/** The start of the first of the 30 days that end with the one before `to`; NaN for NaN. */
function firstOfDays(to: number, zone: string): number {
  if (Number.isNaN(to)) return to;
  const noon = dayOf(to - 1, zone).from + DAY_MS / 2;
  return Math.max(FIRST_INSTANT, dayOf(noon - (DEFAULT_DAYS - 1) * DAY_MS, zone).from);
}

function counted(points: UsagePoints, buckets: number): UsageReport["total"] {
  const all = Array.from({ length: buckets }, (_, index) => points.get(index) ?? NOTHING);
  return { total: sumsOutput(sumUp([...points.values()])), points: all.map(sumsOutput) };
}

/** The sums of all points. */
function sumUp(all: readonly UsageSums[]): UsageSums {
  const sum = (of: (sums: UsageSums) => number) => all.reduce((total, sums) => total + of(sums), 0);
  return {
    costNanoUsd: all.reduce((total, { costNanoUsd }) => total + costNanoUsd, 0n),
    requests: sum(({ requests }) => requests),
    tokens: sum(({ tokens }) => tokens),
    inputTokens: sum(({ inputTokens }) => inputTokens),
    cachedTokens: sum(({ cachedTokens }) => cachedTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    errors: sum(({ errors }) => errors),
    denied: sum(({ denied }) => denied),
  };
}

function sumsOutput({ costNanoUsd, ...counts }: UsageSums): UsageReport["total"]["total"] {
  return { costUsd: formatUsd(costNanoUsd), ...counts };
}
