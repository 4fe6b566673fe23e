import type { FailureRow, UpstreamFailure } from "@/core/channels/judge-attempt";
import type { ErrorCode } from "@/core/errors";
import type { Outcome } from "@/core/vocabulary";

/** How an attempt that was sent ended, by the rows of channels-and-rates.md 1.2. `fault`: ours. */
export type AttemptRow = "ok" | FailureRow | "interrupted" | "fault";

/** How it ended, as the relay tells it. */
type Ended = { readonly failure: UpstreamFailure | null; readonly outcome: Outcome; readonly code: ErrorCode | null };

/** The row of an attempt. Who left first counts: an upstream is not judged by what came after its client. */
export function attemptRow({ failure, outcome, code }: Ended): AttemptRow {
  if (failure !== null) return failure.row;
  if (outcome === "ok") return "ok";
  const isInterrupted = outcome === "client_aborted" || code === "request_deadline" || code === "shutting_down";
  return isInterrupted ? "interrupted" : "fault";
}
