import type { Stage } from "./open-stage";

/** A limit of the user over all models; the amount in nano-USD. */
export type UserLimit = { readonly amount: number; readonly enforcement?: string; readonly window?: string };

/** Leaves one limit of the user `load`, by plain SQL. */
export async function setLimit(stage: Stage, limit: UserLimit): Promise<void> {
  const { amount, enforcement = "balanced", window = "daily" } = limit;
  await stage.sql(async (sql) => {
    await sql`delete from limits`;
    await sql`insert into limits (subject_type, user_id, unit, "window", state, amount, enforcement)
      select 'user', id, 'usd', ${window}, 'limit', ${amount}, ${enforcement} from users where name = 'load'`;
  });
}
