import { join } from "node:path";
import type { LedgerStore } from "@/core/ledger/entry";
import type { Journal } from "@/core/ledger/journal";
import { recordBatch } from "@/core/ledger/record-batch";
import { createRecorder, type Recorder } from "@/core/ledger/recorder";
import { owedBy } from "@/core/ledger/replay";
import { settlementOf } from "@/core/ledger/settlement";
import type { Clock } from "@/lib/clock";
import type { Log } from "@/observability/logger";
import { type AdoptedJournal, adoptJournals } from "@/stores/journal/adopt-journals";
import { createJournal } from "@/stores/journal/create-journal";
import type { Env } from "./env";
import { isRunning, type ProcessIdentity } from "./process-identity";

/** What the ledger's way from the request to PostgreSQL is made of. */
export type LedgerAsk = {
  readonly env: Pick<Env, "journalSync" | "journalMax" | "journalKeepMs">;
  readonly dataDir: string;
  readonly replica: string;
  readonly self: ProcessIdentity;
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly log: Log;
  /** These requests are in the ledger. */
  onFlushed(ids: readonly string[]): void;
  /** The journal cannot be written any more. */
  onFatal(error: unknown): void;
};

/** A journal that was replayed: who wrote it, and which of its holds the counters may still think open. */
export type ReplayedJournal = Pick<AdoptedJournal, "replica" | "admissions">;

/** The witness of requests and what brings them to the store. */
export type LedgerWiring = {
  readonly journal: Journal;
  readonly recorder: Recorder;
  /** Journals of dead processes whose requests are all in the ledger now. */
  readonly adopted: readonly ReplayedJournal[];
  /** Brings what is queued to the store for at most `ms`; returns the number of rows that stay in the journal for the next start. */
  close(ms: number): Promise<number>;
};

/** Requests of one write during a replay. */
const REPLAY_BATCH = 200;

/** Adopts the journals of dead processes, brings what they owe to the store, and opens a journal of our own. */
export async function wireLedger(ask: LedgerAsk): Promise<LedgerWiring> {
  const { env, store, clock, log, self } = ask;
  const root = join(ask.dataDir, "journal");
  const onFinding = (finding: object) => log.warn({ ...finding }, "a dead process left a damaged journal");
  const adopted: ReplayedJournal[] = [];
  for (const journal of adoptJournals({ root, self, isAlive: isRunning, onFinding })) {
    if (await replay(journal, ask)) adopted.push(journal);
  }
  const journal = createJournal({
    root,
    replica: ask.replica,
    owner: self,
    clock,
    sync: env.journalSync,
    maxBytes: env.journalMax,
    keepMs: env.journalKeepMs,
    onFatal: ask.onFatal,
  });
  const flushed = (ids: readonly string[]) => {
    journal.flushed(ids);
    ask.onFlushed(ids);
  };
  const recorder = createRecorder({ store, journal: { ...journal, flushed }, clock, onFault: tellFault(log) });
  return {
    journal,
    recorder,
    adopted,
    async close(ms) {
      await Promise.race([recorder.flush(), new Promise<void>((resolve) => clock.after(ms, resolve))]);
      await recorder.close();
      await journal.close();
      return recorder.pending();
    },
  };
}

/** Twice is harmless: the store takes each (id, attempt) once. A journal with a row that cannot even be set aside is kept. */
async function replay(adopted: AdoptedJournal, { store, log }: LedgerAsk): Promise<boolean> {
  let requests = 0;
  let isSafe = true;
  for (const frames of adopted.batches()) {
    const items = owedBy(frames).map(settlementOf);
    for (let at = 0; at < items.length; at += REPLAY_BATCH) {
      const batch = items.slice(at, at + REPLAY_BATCH);
      const safe = await recordBatch(batch, { store, onFault: tellFault(log) });
      isSafe = isSafe && safe.length === batch.length;
      requests += batch.length;
    }
  }
  if (isSafe) adopted.discard();
  log.info({ journal: adopted.journal, requests, isSafe }, "replayed the journal of a dead process");
  return isSafe;
}

function tellFault(log: Log) {
  return ({ error, ...fault }: { readonly kind: string; readonly error: unknown; readonly id?: string }) =>
    log.warn({ ...fault, error }, "the ledger could not take a row");
}
