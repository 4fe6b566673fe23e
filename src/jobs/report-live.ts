import type { Job } from "./job";

/** Tells the other replicas what this one saw of its channels (channels-and-rates.md V2, L12). */
export const reportLive: Job = {
  name: "report-live",
  everyMs: 10_000,
  scope: "replica",
  run: ({ reportLive }) => reportLive(),
};
