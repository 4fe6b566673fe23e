import type { Clock } from "@/lib/clock";

/** What both adapters are told. */
export type AdapterOptions = {
  readonly clock: Clock;
  /** Largest body of one request in bytes, coded and decoded (SLUICE_BODY_LIMIT). */
  readonly bodyLimit: number;
  /** All bodies in memory together in bytes (SLUICE_BODY_BUDGET). */
  readonly bodyBudget: number;
  /** Silence while a body is read, ms. */
  readonly bodySilenceMs?: number;
  /** A client that takes nothing for this long is gone, ms (SLUICE_CLIENT_STALL_MS). */
  readonly clientStallMs: number;
};

/** Silence that is borne while a body is read, unless told. */
export const BODY_SILENCE_MS = 30_000;
