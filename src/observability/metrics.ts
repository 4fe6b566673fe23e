import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { type AuthMetrics, authMetrics } from "./auth-metrics";
import { type ChannelMetrics, type ChannelReading, channelMetrics } from "./channel-metrics";
import { countTally, timeTally } from "./tallies";

/** Numbers that are read when `/metrics` is asked for. Seconds, bytes and counts. */
export type Readings = {
  readonly ledgerLagSeconds: number;
  readonly ledgerPending: number;
  readonly journalBytes: number;
  readonly configVersion: number;
  readonly configStalenessSeconds: number;
  readonly droppedDenials: number;
  readonly isDatabaseUp: boolean;
  /** Holds of running requests, and requests that wait for room. */
  readonly holdsOpen: number;
  readonly quotaWaiting: number;
  /** Rebuilds of users' counters since the start. */
  readonly quotaRebuilds: number;
  /** Largest difference between counters and ledger that was found last, nano-USD. */
  readonly quotaDriftNanoUsd: number;
  readonly areCountersUp: boolean;
  /** Every channel of the configuration, and those whose last slots are still used. */
  readonly channels: readonly ChannelReading[];
};

/** What the process measures; the functions are fed by return values of the engine. */
export type Metrics = Pick<ChannelMetrics, "withoutPlace" | "slotAwaited"> & {
  requestEnded(end: {
    protocol: string;
    outcome: string;
    status: number;
    durationMs: number;
    costNanoUsd: number;
  }): void;
  attemptEnded(end: { channelId: number; result: string; firstByteMs: number | null }): void;
  /** An upstream counted more than the worst case of the estimate. */
  estimateExceeded(part: "input" | "output"): void;
  /** The gateway made an error; `source` is whose rule or fault it was. */
  denied(code: string, source: string): void;
  /** The shared counters or slots did not answer a request, and the policy let it pass or refused it. */
  storeFailed(policy: "admitted" | "denied"): void;
  inflight(delta: 1 | -1): void;
  /** Hears how keys were looked up. */
  readonly auth: AuthMetrics;
  /** Registers the source of the readings; asked once per scrape. */
  observe(read: () => Readings): void;
  /** The text of `/metrics` and its content type. */
  render(): Promise<{ body: string; contentType: string }>;
};

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** Makes the metrics of one process in a registry of their own. `version` is the build's. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const channels = channelMetrics(registry);
  const engine = engineMetrics(registry, channels);
  const auth = authMetrics(registry);
  const state = stateGauges(registry);
  const build = new Gauge({
    name: "sluice_build_info",
    help: "Always 1; the label names the running version.",
    labelNames: ["version"],
    registers: [registry],
  });
  build.set({ version }, 1);
  let read: (() => Readings) | null = null;
  return {
    ...engine,
    withoutPlace: channels.withoutPlace,
    slotAwaited: channels.slotAwaited,
    auth,
    observe(source) {
      read = source;
    },
    async render() {
      if (read !== null) {
        const readings = read();
        state(readings);
        channels.observe(readings.channels);
      }
      return { body: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

const NO_LABELS: readonly string[] = [];
/** The status nearly every reply has, as a text that is made once. */
const STATUS: Readonly<Record<number, string>> = { 200: "200" };

/** What the engine feeds. */
type EngineMetrics = Omit<Metrics, "observe" | "render" | "auth" | "withoutPlace" | "slotAwaited">;

function engineMetrics(registry: Registry, channels: ChannelMetrics): EngineMetrics {
  const requests = countTally(registry, {
    name: "sluice_requests_total",
    help: "Admitted requests by how they ended.",
    labelNames: ["protocol", "outcome", "status"],
  });
  const seconds = timeTally(
    registry,
    {
      name: "sluice_request_seconds",
      help: "Receipt of a request to the end of its reply.",
      labelNames: ["protocol"],
    },
    SECONDS,
  );
  const cost = countTally(registry, {
    name: "sluice_cost_nusd_total",
    help: "Settled cost in nano-USD.",
    labelNames: [],
  });
  const firstByte = timeTally(
    registry,
    {
      name: "sluice_attempt_first_byte_seconds",
      help: "Dispatch of an attempt to the first byte of its reply.",
      labelNames: [],
    },
    SECONDS,
  );
  const exceeded = countTally(registry, {
    name: "sluice_estimate_exceeded_total",
    help: "Requests of which an upstream counted more than the worst case of their estimate, by part.",
    labelNames: ["part"],
  });
  const denials = countTally(registry, {
    name: "sluice_denials_total",
    help: "Errors made by the gateway, by code, and by whose rule or fault they were.",
    labelNames: ["code", "source"],
  });
  const storeErrors = countTally(registry, {
    name: "sluice_rate_store_errors_total",
    help: "Requests that the shared counters or slots did not answer, by what the failure policy did.",
    labelNames: ["policy"],
  });
  for (const policy of ["admitted", "denied"]) storeErrors.add([policy], 0);
  let running = 0;
  new Gauge({
    name: "sluice_inflight",
    help: "Requests running now.",
    registers: [registry],
    collect() {
      this.set(running);
    },
  });
  return {
    requestEnded(end) {
      requests.add([end.protocol, end.outcome, STATUS[end.status] ?? String(end.status)]);
      seconds.observe(end.protocol, end.durationMs / 1000);
      cost.add(NO_LABELS, end.costNanoUsd);
    },
    attemptEnded(end) {
      channels.attempted(end.channelId, end.result);
      if (end.firstByteMs !== null) firstByte.observe("", end.firstByteMs / 1000);
    },
    estimateExceeded: (part) => exceeded.add([part]),
    denied: (code, source) => denials.add([code, source]),
    storeFailed: (policy) => storeErrors.add([policy]),
    inflight(delta) {
      running += delta;
    },
  };
}

function stateGauges(registry: Registry): (readings: Readings) => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const lag = gauge("sluice_ledger_lag_seconds", "Age of the oldest settlement that is not yet in PostgreSQL.");
  const pending = gauge("sluice_ledger_pending", "Settlements that are not yet in PostgreSQL.");
  const journal = gauge("sluice_journal_bytes", "Size of this replica's journal.");
  const version = gauge("sluice_config_version", "Config version in force on this replica.");
  const staleness = gauge("sluice_config_staleness_seconds", "Time since the config version was last confirmed.");
  const dropped = gauge("sluice_dropped_denials", "Denials that were counted but not stored since the start.");
  const database = gauge("sluice_database_up", "1 when PostgreSQL answered last.");
  const holds = gauge("sluice_holds_open", "Holds of requests that run now.");
  const waiting = gauge("sluice_quota_waiting", "Requests that wait for room beside running ones.");
  const rebuilds = gauge("sluice_quota_rebuilds", "Rebuilds of a user's counters since the start.");
  const drift = gauge("sluice_quota_drift_nusd", "Largest difference between counters and ledger found last.");
  const counters = gauge("sluice_counters_up", "1 when the counters answered last.");
  return (readings) => {
    holds.set(readings.holdsOpen);
    waiting.set(readings.quotaWaiting);
    rebuilds.set(readings.quotaRebuilds);
    drift.set(readings.quotaDriftNanoUsd);
    counters.set(readings.areCountersUp ? 1 : 0);
    lag.set(readings.ledgerLagSeconds);
    pending.set(readings.ledgerPending);
    journal.set(readings.journalBytes);
    version.set(readings.configVersion);
    staleness.set(readings.configStalenessSeconds);
    dropped.set(readings.droppedDenials);
    database.set(readings.isDatabaseUp ? 1 : 0);
  };
}
