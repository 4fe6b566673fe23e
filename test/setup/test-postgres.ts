import { chmodSync, mkdirSync } from "node:fs";
import postgres from "postgres";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/runtime/embedded-postgres";

/** Starts a PostgreSQL of its own under `folder`, by the product's own runner; unsafe against power loss, which is what tests want. */
export function startTestPostgres(folder: string, port?: number): Promise<EmbeddedPostgres> {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o711); // the database may run under an account of its own, which must be able to pass
  return startEmbeddedPostgres({
    dataDir: folder,
    ...(port === undefined ? {} : { port }),
    isReady: answers,
    say: (line) => process.stderr.write(`${line}\n`),
    onGone: (reason) => {
      throw new Error(reason);
    },
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "200" },
  });
}

/** True when `SELECT 1` answers. */
export async function answers(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    await sql`select 1`;
    return true;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
