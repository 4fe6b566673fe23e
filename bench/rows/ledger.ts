import { buildEntry, buildRequestRecord } from "@test/build-ledger";
import { settlementOf } from "@/core/ledger/settlement";
import { uuidv7Hex } from "@/lib/id";
import { createDatabase } from "@/stores/postgres/client";
import { ledgerStore } from "@/stores/postgres/ledger-store";
import { median } from "../load";
import type { Figure, Row } from "../row";

const BATCH_ROWS = 200;
const BATCHES = 20;
const ROUNDS = 5;

/** The text of one ended request of user 1, as the gateway hands it to the ledger. */
function settlementText(): string {
  const at = Date.now();
  const id = uuidv7Hex(at);
  const attempts = [{ attempt: 1, channelId: 1, startedAt: at, firstByteMs: 12, status: 200, code: null }];
  const request = buildRequestRecord({
    id,
    at,
    userId: 1,
    keyId: 1,
    attempts,
    decision: { v: 1, outcome: "admitted" },
  });
  const entries = [buildEntry({ id, admittedAt: at, userId: 1, keyId: 1 })];
  return settlementOf({ id, kind: "settled", entries, request }).text;
}

/** How fast full batches reach PostgreSQL, one after the other as the recorder sends them. */
export const ledgerDrainRow: Row = {
  name: "ledger-drain",
  async run(stage): Promise<readonly Figure[]> {
    const database = createDatabase(stage.databaseUrl);
    const store = ledgerStore(database);
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const batches = Array.from({ length: BATCHES }, () => Array.from({ length: BATCH_ROWS }, settlementText));
      const started = performance.now();
      for (const batch of batches) await store.record(batch);
      rates.push((BATCHES * BATCH_ROWS * 1000) / (performance.now() - started));
    }
    await database.close();
    const rate = median(rates);
    return [
      {
        figure: "ledger drain into PostgreSQL",
        bar: ">= 5,000 rows/s",
        measured: `${Math.round(rate).toLocaleString("en")} rows/s`,
        passes: rate >= 5_000,
      },
    ];
  },
};
