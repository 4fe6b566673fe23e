import { sql } from "drizzle-orm";
import type { Handle } from "./handle";

/**
 * Makes the transaction the only writer of the configuration until it ends, as its first change would: waits for another one, steps the
 * version (quota.md Q4). What is read from then on stays true. Who changes a row that others change too takes it first: a change locks
 * its row before the trigger waits for the version, and two who hold one each would wait for ever. Only for transactions that go on to
 * change something, for a step that no trigger announces is told as a change of everything.
 */
export async function takeConfig(tx: Handle): Promise<void> {
  await tx.execute(sql`select config_step()`);
}

/** As `takeConfig`, without a step of the version: for transactions that may turn out to change nothing. */
export async function holdConfig(tx: Handle): Promise<void> {
  await tx.execute(sql`select from config_version for update`);
}
