import type { NanoUsd } from "@/lib/money";
import type { SettleFrame, Settlement } from "./settlement";

/** Frame ADMIT: self-sufficient, so that a dead replica's request can be billed by any other (quota.md Q41). Plain JSON. */
export type AdmitFrame = {
  readonly id: string;
  readonly at: number;
  readonly userId: number;
  readonly keyId: number;
  readonly keyPrefix: string;
  readonly protocol: string;
  readonly operation: string;
  readonly model: string;
  readonly stream: boolean;
  /** Number of the reserve within the request, from 1. */
  readonly holdNo: number;
  readonly modelGroupId: number | null;
  readonly countedInUserGlobal: boolean;
  readonly countedInKeyGlobal: boolean;
  readonly failOpen: boolean;
  /** What is held where; empty when no limit applies or nobody else keeps the counters. */
  readonly buckets: readonly WitnessedBucket[];
};

/** A bucket of a hold as quota-store.ts names it, with its window instance and what is held in it. */
export type WitnessedBucket = {
  readonly id: string;
  readonly kind: "calendar" | "fixed" | "rolling" | "total";
  readonly start: number;
  readonly end: number;
  readonly slot: number;
  readonly est: number;
  readonly worst: number;
};

/** Frame CEILING: the most the bytes allowed to leave so far may cost; the first one precedes the upstream call (quota.md Q38). */
export type CeilingFrame = {
  readonly id: string;
  readonly attempt: number;
  readonly channelId: number;
  readonly amountNanoUsd: NanoUsd;
};

/**
 * The local append-only witness of admissions and settlements (reliability-and-security.md 2.5).
 * Appends return at once; frames appended in one event-loop turn leave in one write. A request is admitted before any other frame of it. A
 * write or sync error ends the process.
 */
export type Journal = {
  admit(frame: AdmitFrame): void;
  ceiling(frame: CeilingFrame): void;
  settle(settlement: Settlement): void;
  /** These requests are in PostgreSQL: their segments may be deleted. */
  flushed(ids: readonly string[]): void;
  /** Resolves when every frame appended so far has been written (and synced, with `strict`). */
  written(): Promise<void>;
  /** True when SLUICE_JOURNAL_MAX is reached: admissions are refused with `ledger_unavailable`. */
  isFull(): boolean;
  /** Bytes on disk. */
  sizeBytes(): number;
  close(): Promise<void>;
};

/** An attempt that was sent and never settled: its last ceiling, and the admission that it was sent under. */
export type CutAttempt = { readonly admit: AdmitFrame; readonly ceiling: CeilingFrame };

/** What replay finds in a dead journal (quota.md Q44). */
export type ReplayedFrames = {
  readonly settled: readonly SettleFrame[];
  /** Requests with CEILING and without SETTLE: an `interrupted` entry for each attempt, at its last ceiling. */
  readonly interrupted: readonly (readonly CutAttempt[])[];
  /** ADMIT alone: nothing was sent. */
  readonly voided: readonly AdmitFrame[];
};
