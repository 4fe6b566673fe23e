import type { DenialRecord, LedgerEntry, RequestRecord } from "@/core/ledger/entry";
import type { GatewayDeps } from "@/gateway/gateway-deps";

/** What a gateway left behind. */
export type Left = {
  readonly entries: LedgerEntry[];
  readonly requests: RequestRecord[];
  readonly denials: DenialRecord[];
  readonly logged: { readonly level: "info" | "warn" | "error"; readonly message: string; readonly fields: unknown }[];
  /** Parts of estimates that upstreams exceeded. */
  readonly exceeded: ("input" | "output")[];
  /** What the policy did each time that the counters or slots did not answer. */
  readonly storeFailures: ("admitted" | "denied")[];
  /** Calls in flight by the metric; 0 when all have ended. */
  inflight: number;
};

/** Nothing has happened yet. */
export function emptyLeft(): Left {
  return { entries: [], requests: [], denials: [], logged: [], exceeded: [], storeFailures: [], inflight: 0 };
}

/** Metrics of which a few are kept. */
export function countingMetrics(left: Left): GatewayDeps["metrics"] {
  return {
    requestEnded() {},
    attemptEnded() {},
    estimateExceeded(part) {
      left.exceeded.push(part);
    },
    withoutPlace() {},
    slotAwaited() {},
    denied() {},
    storeFailed(policy) {
      left.storeFailures.push(policy);
    },
    inflight(delta) {
      left.inflight += delta;
    },
  };
}

/** A log that keeps its lines. */
export function recordingLog(left: Left): GatewayDeps["log"] {
  const logger =
    (level: "info" | "warn" | "error"): GatewayDeps["log"]["info"] =>
    (fields, message) =>
      void left.logged.push({ level, message, fields });
  return { info: logger("info"), warn: logger("warn"), error: logger("error") };
}
