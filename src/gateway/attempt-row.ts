import type { FailureRow } from "@/core/channels/judge-attempt";
import type { RelayEnd } from "./relay-state";

/** How an attempt that was sent ended, by the rows of channels-and-rates.md 1.2. `fault`: ours. */
export type AttemptRow = "ok" | FailureRow | "interrupted" | "fault";

/** The row of an attempt. Who left first counts: an upstream is not judged by what came after its client. */
export function attemptRow({ failure, outcome, code }: Pick<RelayEnd, "failure" | "outcome" | "code">): AttemptRow {
  if (failure !== null) return failure.row;
  if (outcome === "ok") return "ok";
  const isInterrupted = outcome === "client_aborted" || code === "request_deadline" || code === "shutting_down";
  return isInterrupted ? "interrupted" : "fault";
}
