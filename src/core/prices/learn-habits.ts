import type { ModelHabits } from "./estimate-call";

/** What the requests of a model since its last lesson show. */
export type HabitSample = {
  /** Requests that ended well and whose usage the upstream told. */
  readonly requests: number;
  /** Those of them of which the size is known: text without blobs. */
  readonly sized: number;
  /** Mean over these, bytes of text per input token; null without one. */
  readonly bytesPerToken: number | null;
  /** 95th percentile of the output tokens of one choice. */
  readonly outputTokens: number;
};

/** Fewer requests teach nothing (quota.md Q32). */
export const LEAST_SAMPLE = 20;

const KEPT = 0.7;
const BYTES = { least: 2, most: 8 };
const OUTPUT = { least: 64, most: 4_096 };

/** The habits after a lesson: 0.7 of what was known and 0.3 of what was seen, kept in 2..8 bytes and 64..4,096 tokens (quota.md Q32). */
export function learnHabits(
  known: ModelHabits,
  { requests, sized, bytesPerToken, outputTokens }: HabitSample,
): ModelHabits {
  if (requests < LEAST_SAMPLE) return known;
  const seenBytes = sized >= LEAST_SAMPLE && bytesPerToken !== null ? bytesPerToken : known.bytesPerToken;
  return {
    bytesPerToken: within(BYTES, blend(known.bytesPerToken, seenBytes)),
    expectedOutputTokens: Math.round(within(OUTPUT, blend(known.expectedOutputTokens, outputTokens))),
  };
}

function blend(known: number, seen: number): number {
  return KEPT * known + (1 - KEPT) * seen;
}

function within({ least, most }: { readonly least: number; readonly most: number }, value: number): number {
  return Math.min(most, Math.max(least, value));
}
