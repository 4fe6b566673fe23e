import { findMispriced } from "@/core/prices/find-mispriced";
import { formatFixed } from "@/lib/money";
import type { Database } from "@/stores/postgres/client";
import { type LedgerReport, readEntries, readLedgerReport } from "@/stores/postgres/ledger-report";
import { withTools } from "./open-tools";

/** What each count of the report means to a reader. */
const FINDINGS: readonly (readonly [keyof LedgerReport, string])[] = [
  ["duplicates", "attempts stand in the ledger more than once"],
  ["rollupMismatches", "buckets of the rollup differ from their entries"],
  ["hourMismatches", "hours of the usage reports differ from their entries and denials"],
  ["withoutRequest", "requests of the ledger are missing in the request log"],
  ["requestMismatches", "requests show another cost than their entries"],
  ["rejected", "entries were set aside"],
];

/** `npm run verify:ledger`: compares ledger, rollup and request log and computes every cost again. True when all agree. */
export function verifyLedger(say: (line: string) => void): Promise<boolean> {
  return withTools(say, async ({ storage }) => {
    const report = await readLedgerReport(storage.database);
    say(`${report.entries} entries, $${formatFixed(BigInt(report.costNanoUsd), 9)}`);
    const faults = FINDINGS.filter(([name]) => report[name] !== 0);
    for (const [name, meaning] of faults) say(`${report[name]} ${meaning}`);
    const wrong = await countMispriced(storage.database, say);
    if (wrong > 0) say(`${wrong} entries were charged another cost than their own detail gives`);
    const isSound = faults.length === 0 && wrong === 0;
    say(isSound ? "The ledger is sound" : "The ledger is not sound");
    return isSound;
  });
}

/** Entries whose cost is not what their own detail gives; the first ten are told. */
async function countMispriced(database: Database, say: (line: string) => void): Promise<number> {
  let wrong = 0;
  for await (const { id, attempt, costNanoUsd, computedNanoUsd } of findMispriced(readEntries(database))) {
    wrong++;
    if (wrong <= 10) say(`${id} attempt ${attempt}: charged ${costNanoUsd} nano-USD, computed ${computedNanoUsd}`);
  }
  return wrong;
}
