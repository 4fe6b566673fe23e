import type { LimitMode, LimitWindow } from "@/core/vocabulary";

/** Workload A of quota.md 12: a body of 100 bytes, at most 50 tokens out; the output the model is expected to give. */
export const WORKLOAD_A = { bytes: 100, maxTokens: 50, usage: { input: 100, output: 50 }, expected: 1_024 };
/** Workload C: settles above what is expected of it. */
export const WORKLOAD_C = { bytes: 80, maxTokens: 100, usage: { input: 20, output: 70 }, expected: 10 };

/** The windows over which the number served must be the same (quota.md 12, test 27). */
export const ACCURACY_WINDOWS: readonly (readonly [LimitWindow, LimitMode | null])[] = [
  ["5h", "rolling"],
  ["5h", "fixed"],
  ["daily", "calendar"],
  ["weekly", "rolling"],
  ["monthly", "calendar"],
  ["total", null],
];
