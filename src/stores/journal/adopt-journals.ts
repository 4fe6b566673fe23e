import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { AdmitFrame, CeilingFrame, CutAttempt, ReplayedFrames } from "@/core/ledger/journal";
import { parseSettlement } from "@/core/ledger/settlement";
import { FRAME_TYPES, FRAME_VERSION, type Frame, OLDEST_FRAME_VERSION, readFrames, type SegmentReading } from "./frame";
import { parseAdmit, parseCeiling } from "./frame-text";
import {
  claimDirectory,
  isUnfinished,
  type JournalOwner,
  nameOf,
  ownerOf,
  replicaOf,
  unclaimDirectory,
} from "./journal-directory";
import { isSegmentName } from "./segments";

/** What to adopt, and for whom. */
export type AdoptionAsk = {
  /** Folder of all journals. */
  readonly root: string;
  /** The running process. */
  readonly self: JournalOwner;
  readonly isAlive: (owner: JournalOwner) => boolean;
  readonly onFinding: (finding: JournalFinding) => void;
};

/** Something an operator should know about a dead journal. */
export type JournalFinding = {
  /**
   * `torn_tail`: the last frame was cut by the death, and is cut off · `corrupt_segment`: frames are lost, the file is kept as `.corrupt` ·
   * `unknown_version`: written by a newer release, left alone · `ceiling_without_admission`: cannot be billed.
   */
  readonly kind: "torn_tail" | "corrupt_segment" | "unknown_version" | "ceiling_without_admission";
  readonly journal: string;
  /** File name of the segment, or id of the request. */
  readonly subject: string;
};

/** A dead journal that this process has taken over. */
export type AdoptedJournal = {
  readonly journal: string;
  /** Name of the replica that wrote it; null: unknown. */
  readonly replica: string | null;
  /** Admissions under limits whose requests are not known to be in the ledger: their holds may be open. */
  readonly admissions: readonly AdmitFrame[];
  /** What it owes the ledger, segment by segment; interrupted and void requests come last. May be read again. */
  batches(): Iterable<ReplayedFrames>;
  /** After every batch is in the ledger: deletes the journal; corrupt segments stay as `.corrupt` files. */
  discard(): void;
};

/**
 * Takes over every journal whose process is dead, by one atomic rename each, and reads them. A journal whose adopter died is adopted again.
 * A second starter finds nothing. Replay twice is harmless: the ledger takes each (id, attempt) once.
 */
export function adoptJournals(ask: AdoptionAsk): readonly AdoptedJournal[] {
  mkdirSync(ask.root, { recursive: true, mode: 0o700 });
  return readdirSync(ask.root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => adopt(join(ask.root, name), ask) ?? []);
}

function adopt(path: string, ask: AdoptionAsk): AdoptedJournal | null {
  const owner = ownerOf(path);
  if (owner !== null && ask.isAlive(owner)) return null;
  if (isUnfinished(nameOf(path))) {
    rmSync(path, { recursive: true, force: true });
    return null;
  }
  const claimed = claimDirectory(path, ask.self);
  return claimed === null ? null : read(claimed, ask);
}

/** What is known of a request after all segments were read. */
type Trace = {
  /** In the order of the reserves; with `billingModel: upstream` each attempt has its own. */
  readonly admits: AdmitFrame[];
  /** Of each attempt: its last ceiling. */
  readonly attempts: Map<number, { readonly admit: AdmitFrame | null; readonly ceiling: CeilingFrame }>;
  isSettled: boolean;
};

function read(directory: string, { root, onFinding }: AdoptionAsk): AdoptedJournal | null {
  const journal = nameOf(directory);
  const names = readdirSync(directory).filter(isSegmentName).sort();
  const traces = new Map<string, Trace>();
  const corrupt: string[] = [];
  for (const name of names) {
    const reading = readFrames(readFileSync(join(directory, name)));
    if (reading.frames.some(isForeign)) {
      unclaimDirectory(directory);
      onFinding({ kind: "unknown_version", journal, subject: name });
      return null;
    }
    const damage = damageOf(reading, name === names.at(-1));
    if (damage === "corrupt_segment") corrupt.push(name);
    if (damage === "torn_tail" && reading.tornAt !== null) truncateSync(join(directory, name), reading.tornAt);
    if (damage !== null) onFinding({ kind: damage, journal, subject: name });
    for (const frame of reading.frames) follow(traces, frame);
  }
  for (const [id, trace] of traces) {
    if (isUnbillable(trace)) onFinding({ kind: "ceiling_without_admission", journal, subject: id });
  }
  return {
    journal,
    replica: replicaOf(directory),
    admissions: [...traces.values()].flatMap(({ admits }) => admits.filter(({ buckets }) => buckets.length > 0)),
    batches: () => batchesOf(directory, names, traces),
    discard() {
      for (const name of corrupt) renameSync(join(directory, name), join(root, `${journal}.${name}.corrupt`));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function isForeign({ version, type }: Frame): boolean {
  const isKnown = version >= OLDEST_FRAME_VERSION && version <= FRAME_VERSION;
  return !isKnown || type < FRAME_TYPES.admit || type > FRAME_TYPES.flushed;
}

/** Garbage at the very end is what a death leaves; anywhere else frames were there and are lost. */
function damageOf({ tornAt, hasGap }: SegmentReading, isLast: boolean): "torn_tail" | "corrupt_segment" | null {
  if (hasGap || (tornAt !== null && !isLast)) return "corrupt_segment";
  return tornAt === null ? null : "torn_tail";
}

function follow(traces: Map<string, Trace>, frame: Frame): void {
  const { type, payload } = frame;
  if (type === FRAME_TYPES.flushed) {
    for (const id of JSON.parse(payload) as readonly string[]) traces.delete(id);
  } else if (type === FRAME_TYPES.admit) {
    const admit = parseAdmit(payload);
    traceOf(traces, admit.id).admits.push(admit);
  } else if (type === FRAME_TYPES.ceiling) {
    const ceiling = parseCeiling(payload);
    const { admits, attempts } = traceOf(traces, ceiling.id);
    const admit = attempts.get(ceiling.attempt)?.admit ?? admits[admits.length - 1] ?? null;
    attempts.set(ceiling.attempt, { admit, ceiling });
  } else {
    traceOf(traces, parseSettlement(payload).id).isSettled = true;
  }
}

function traceOf(traces: Map<string, Trace>, id: string): Trace {
  const known = traces.get(id);
  if (known !== undefined) return known;
  const trace: Trace = { admits: [], attempts: new Map(), isSettled: false };
  traces.set(id, trace);
  return trace;
}

function isUnbillable({ attempts, isSettled }: Trace): boolean {
  return !isSettled && [...attempts.values()].some(({ admit }) => admit === null);
}

/** Settlements of one segment at a time, so that a full journal need not fit into memory. */
function* batchesOf(
  directory: string,
  names: readonly string[],
  traces: ReadonlyMap<string, Trace>,
): Generator<ReplayedFrames> {
  for (const name of names) {
    const { frames } = readFrames(readFileSync(join(directory, name)));
    const settled = frames
      .filter(({ type }) => type === FRAME_TYPES.settle)
      .map(({ payload }) => parseSettlement(payload))
      .filter(({ id, kind }) => kind === "settled" && traces.has(id));
    if (settled.length > 0) yield { settled, interrupted: [], voided: [] };
  }
  const left = [...traces.values()].filter(({ isSettled }) => !isSettled);
  const interrupted = left.map(cutAttemptsOf).filter((attempts) => attempts.length > 0);
  const voided = left.flatMap(({ admits, attempts }) => (attempts.size === 0 ? admits.slice(-1) : []));
  if (left.length > 0) yield { settled: [], interrupted, voided };
}

function cutAttemptsOf({ attempts }: Trace): readonly CutAttempt[] {
  return [...attempts.values()].flatMap(({ admit, ceiling }) => (admit === null ? [] : [{ admit, ceiling }]));
}
