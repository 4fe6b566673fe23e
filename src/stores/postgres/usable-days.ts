import { sql } from "drizzle-orm";
import type { Handle } from "./handle";
import type { TimeRange } from "./usage-parts";

/** How a report divides its period between days and hours; epoch ms. */
type DayPlan = {
  /** Starts of the days that are taken whole. */
  readonly days: readonly number[];
  /** What is left for hours. */
  readonly gaps: readonly TimeRange[];
};

/** Days that are rolled up, lie in one bucket of a report and hold none of the hours that must be read raw (epoch ms, rising). */
export async function planDays(tx: Handle, bounds: readonly number[], rawHours: readonly number[]): Promise<DayPlan> {
  const [from, to] = [bounds[0] ?? 0, bounds.at(-1) ?? 0];
  const rows = await tx.execute<{ first: string; past: string }>(sql`
    select first, past from usage_rolled_days
    where first >= ${new Date(from).toISOString()}::timestamptz and past <= ${new Date(to).toISOString()}::timestamptz order by first`);
  const isIn = (at: number, day: TimeRange) => at > day.from && at < day.to;
  const days = rows
    .map(({ first, past }) => ({ from: Date.parse(first), to: Date.parse(past) }))
    .filter((day) => !bounds.some((bound) => isIn(bound, day)))
    .filter((day) => !rawHours.some((hour) => hour < day.to && hour + HOUR_MS > day.from));
  return { days: days.map((day) => day.from), gaps: gapsBetween(days, { from, to }) };
}

const HOUR_MS = 3_600_000;

/** What pieces of a period, rising, leave of it. */
function gapsBetween(pieces: readonly TimeRange[], { from, to }: TimeRange): readonly TimeRange[] {
  const ends = [from, ...pieces.map((piece) => piece.to)];
  const starts = [...pieces.map((piece) => piece.from), to];
  return ends.map((end, index) => ({ from: end, to: starts[index] ?? to })).filter((gap) => gap.from < gap.to);
}
