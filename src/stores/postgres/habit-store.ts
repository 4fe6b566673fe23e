import { sql } from "drizzle-orm";
import { UNLEARNT } from "@/core/prices/estimate-call";
import type { HabitStore } from "@/core/prices/habit-store";
import { LEAST_SAMPLE, learnHabits } from "@/core/prices/learn-habits";
import type { Database } from "./client";
import { modelHabits } from "./schema/model-habits";

/** A model that few ask for is learnt from what came in this time. */
const LOOKED_BACK_MS = 3_600_000;
/** By then most requests that came before have ended and are in the log. */
const LAG_MS = 60_000;
/** Another replica's lesson counts for this one; a little less than the time between two runs. */
const LEARNT_LATELY_MS = 570_000;

const iso = (at: number) => new Date(at).toISOString();

/** Habits in PostgreSQL. */
export function habitStore(database: Database): HabitStore {
  return {
    learn: (now) => learn(database, now),
    async all() {
      const rows = await database.db.select().from(modelHabits);
      return new Map(
        rows.map(({ model, bytesPerToken, expectedOutputTokens }) => [model, { bytesPerToken, expectedOutputTokens }]),
      );
    },
  };
}

type SampleRow = {
  readonly model: string;
  readonly known_bytes: number | null;
  readonly known_output: number | null;
  readonly requests: string;
  readonly sized: string;
  readonly seen_bytes: number | null;
  readonly seen_output: number;
};

function learn(database: Database, now: number): Promise<number> {
  const until = now - LAG_MS;
  const from = now - LOOKED_BACK_MS;
  return database.transaction(async (tx) => {
    await tx.execute(sql`lock table model_habits in share row exclusive mode`);
    const rows = await tx.execute<SampleRow>(sql`
      select past.model, h.bytes_per_token as known_bytes, h.expected_output_tokens as known_output, count(*) as requests,
        count(past.ratio) as sized, avg(past.ratio) as seen_bytes,
        percentile_disc(0.95) within group (order by past.output) as seen_output
      from (
        select coalesce(decision->'model'->>'billed', model) as model, at,
          (decision->'estimate'->>'textBytes')::double precision / nullif(input_tokens, 0) as ratio,
          ceil(output_tokens / greatest(1, coalesce((decision->'estimate'->>'choices')::double precision, 1))) as output
        from requests
        where at >= ${iso(from)}::timestamptz and at < ${iso(until)}::timestamptz and outcome = 'ok' and cost_source = 'upstream') past
      left join model_habits h on h.model = past.model
      where h.model is null
        or (past.at >= h.learnt_until and h.learnt_until <= ${iso(until - LEARNT_LATELY_MS)}::timestamptz)
      group by 1, 2, 3 having count(*) >= ${LEAST_SAMPLE}`);
    for (const row of rows) await keep(tx, row, until);
    return rows.length;
  });
}

async function keep(tx: Pick<Database["db"], "insert">, row: SampleRow, learntUntil: number): Promise<void> {
  const known = {
    bytesPerToken: row.known_bytes ?? UNLEARNT.bytesPerToken,
    expectedOutputTokens: row.known_output ?? UNLEARNT.expectedOutputTokens,
  };
  const learnt = learnHabits(known, {
    requests: Number(row.requests),
    sized: Number(row.sized),
    bytesPerToken: row.seen_bytes,
    outputTokens: row.seen_output,
  });
  await tx
    .insert(modelHabits)
    .values({ model: row.model, ...learnt, learntUntil })
    .onConflictDoUpdate({ target: modelHabits.model, set: { ...learnt, learntUntil } });
}
