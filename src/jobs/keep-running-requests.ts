import type { Job } from "./job";

/** Keeps the places of running requests, which are free 30 s after the last beat of their replica (channels-and-rates.md L18, A11). */
export const keepRunningRequests: Job = {
  name: "keep-running-requests",
  everyMs: 10_000,
  scope: "replica",
  run: ({ holds }) => holds.keepRunning(),
};
