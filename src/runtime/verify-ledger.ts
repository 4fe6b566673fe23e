import { recomputeEntries } from "@/core/prices/recompute-entries";
import { formatFixed } from "@/lib/money";
import type { Database } from "@/stores/postgres/client";
import { type LedgerReport, readEntries, readLedgerReport, type StoredEntry } from "@/stores/postgres/ledger-report";
import { withTools } from "./open-tools";

/** What each count of the report means to a reader. */
const FINDINGS: readonly (readonly [keyof LedgerReport, string])[] = [
  ["duplicates", "attempts stand in the ledger more than once"],
  ["rollupMismatches", "buckets of the rollup differ from their entries"],
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

/** Entries whose cost is not what their own detail gives; the first ten are told. Each request is looked at as a whole. */
async function countMispriced(database: Database, say: (line: string) => void): Promise<number> {
  let wrong = 0;
  let open: readonly StoredEntry[] = [];
  const check = (entries: readonly StoredEntry[]) => {
    for (const { attempt, costNanoUsd, computedNanoUsd } of recomputeEntries(entries)) {
      if (computedNanoUsd === costNanoUsd) continue;
      wrong++;
      if (wrong <= 10)
        say(`${entries[0]?.id} attempt ${attempt}: charged ${costNanoUsd} nano-USD, computed ${computedNanoUsd}`);
    }
  };
  for await (const page of readEntries(database)) {
    const requests = [...Map.groupBy([...open, ...page], ({ id }) => id).values()];
    open = requests.pop() ?? [];
    for (const entries of requests) check(entries);
  }
  check(open);
  return wrong;
}
