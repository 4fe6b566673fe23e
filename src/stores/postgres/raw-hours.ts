import { sql } from "drizzle-orm";
import type { Handle } from "./handle";
import { hourOf, instantArray, type TimeRange } from "./usage-parts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Hours that a report cannot take from the roll-up. */
type RawHours = {
  /** Their starts, epoch ms, rising. */
  readonly hours: readonly number[];
  /** The same time as a few pieces, as far as the report reaches. */
  readonly ranges: readonly TimeRange[];
};

/**
 * Hours of a report that are marked, and those that one of its bounds (epoch ms, rising) cuts at another minute than the roll-up did. An hour that
 * was never rolled up and is not marked has no rows at all.
 */
export async function readRawHours(tx: Handle, bounds: readonly number[]): Promise<RawHours> {
  const [from, to] = [bounds[0] ?? 0, bounds.at(-1) ?? 0];
  const inside = bounds.filter((bound) => bound % HOUR_MS !== 0);
  const iso = (at: number) => new Date(at).toISOString();
  const rows = await tx.execute<{ hour: string; cuts: string | null; marked: boolean }>(sql`
    select distinct hour, null as cuts, true as marked from usage_marks
    where hour > ${iso(from - HOUR_MS)}::timestamptz and hour < ${iso(to)}::timestamptz
    union all
    select hour, array_to_string(cuts, ','), false from usage_rolled_hours
    where hour in (select ${hourOf(sql`bound`)} from unnest(${instantArray(inside)}) bound)`);
  const raw = new Set(rows.filter(({ marked }) => marked).map(({ hour }) => Date.parse(hour)));
  const cutsOf = new Map(rows.filter(({ marked }) => !marked).map(({ hour, cuts }) => [Date.parse(hour), cuts]));
  for (const bound of inside) {
    const hour = Math.floor(bound / HOUR_MS) * HOUR_MS;
    const cuts = cutsOf.get(hour)?.split(",");
    if (cuts !== undefined && !cuts.includes(String((bound - hour) / MINUTE_MS))) raw.add(hour);
  }
  const hours = [...raw].sort((a, b) => a - b);
  return { hours, ranges: piecesOf(hours, { from, to }) };
}

/** Adjoining hours as one piece, cut to the bounds. */
function piecesOf(hours: readonly number[], { from, to }: TimeRange): readonly TimeRange[] {
  const pieces: { from: number; to: number }[] = [];
  for (const hour of hours) {
    const last = pieces.at(-1);
    if (last?.to === hour) last.to = hour + HOUR_MS;
    else pieces.push({ from: hour, to: hour + HOUR_MS });
  }
  return pieces
    .map((piece) => ({ from: Math.max(piece.from, from), to: Math.min(piece.to, to) }))
    .filter((piece) => piece.from < piece.to);
}
