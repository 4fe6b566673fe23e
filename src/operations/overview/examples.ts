import { TODAY } from "../example-parts";
import type { ExamplesOf } from "../operation-example";

const today = { costUsd: "4.2", requests: 181, tokens: 512_340, denied: 2, p95Ms: 4_180 };
const day = { zone: "Europe/Berlin", day: "2026-11-21", ...TODAY };

/** Examples of the operations that sum up. */
export const OVERVIEW_EXAMPLES: ExamplesOf<"overview.get" | "me.summary"> = {
  "overview.get": {
    input: {},
    output: { ...day, today, checklist: { channel: true, key: true, request: true, dismissed: false } },
  },
  "me.summary": {
    input: {},
    output: {
      ...{ ...day, today },
      last30Days: { costUsd: "87.013", requests: 4_120, tokens: 11_402_955, denied: 31, p95Ms: 4_420 },
      keys: { active: 1, total: 2 },
    },
  },
};
