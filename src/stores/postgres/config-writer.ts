import { sql } from "drizzle-orm";
import type { Handle } from "./handle";

/**
 * Makes the transaction the only writer of the configuration until it ends, as its first change would: waits for another one, steps the
 * version (quota.md Q4). What is read from then on stays true. Only for transactions that go on to change something.
 */
export async function takeConfig(tx: Handle): Promise<void> {
  await tx.execute(sql`select config_step()`);
}

/** As `takeConfig`, without a step of the version: for transactions that may turn out to change nothing. */
export async function holdConfig(tx: Handle): Promise<void> {
  await tx.execute(sql`select from config_version for update`);
}
