import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Numbers that are read when `/metrics` is asked for. Seconds, bytes and counts. */
export type Readings = {
  readonly ledgerLagSeconds: number;
  readonly ledgerPending: number;
  readonly journalBytes: number;
  readonly configVersion: number;
  readonly configStalenessSeconds: number;
  readonly droppedDenials: number;
  readonly isDatabaseUp: boolean;
};

/** What the process measures; the functions are fed by return values of the engine. */
export type Metrics = {
  requestEnded(end: {
    protocol: string;
    outcome: string;
    status: number;
    durationMs: number;
    costNanoUsd: number;
  }): void;
  attemptEnded(end: { outcome: string; status: number | null; firstByteMs: number | null }): void;
  denied(code: string): void;
  inflight(delta: 1 | -1): void;
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
  const engine = engineMetrics(registry);
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
    observe(source) {
      read = source;
    },
    async render() {
      if (read !== null) state(read());
      return { body: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

function engineMetrics(registry: Registry): Pick<Metrics, "requestEnded" | "attemptEnded" | "denied" | "inflight"> {
  const registers = [registry];
  const requests = new Counter({
    name: "sluice_requests_total",
    help: "Admitted requests by how they ended.",
    labelNames: ["protocol", "outcome", "status"],
    registers,
  });
  const seconds = new Histogram({
    name: "sluice_request_seconds",
    help: "Receipt of a request to the end of its reply.",
    labelNames: ["protocol"],
    buckets: SECONDS,
    registers,
  });
  const cost = new Counter({ name: "sluice_cost_nusd_total", help: "Settled cost in nano-USD.", registers });
  const attempts = new Counter({
    name: "sluice_attempts_total",
    help: "Attempts sent upstream by how they ended.",
    labelNames: ["outcome", "status"],
    registers,
  });
  const firstByte = new Histogram({
    name: "sluice_attempt_first_byte_seconds",
    help: "Dispatch of an attempt to the first byte of its reply.",
    buckets: SECONDS,
    registers,
  });
  const denials = new Counter({
    name: "sluice_denials_total",
    help: "Errors made by the gateway, by code.",
    labelNames: ["code"],
    registers,
  });
  const inflight = new Gauge({ name: "sluice_inflight", help: "Requests running now.", registers });
  return {
    requestEnded(end) {
      requests.inc({ protocol: end.protocol, outcome: end.outcome, status: end.status });
      seconds.observe({ protocol: end.protocol }, end.durationMs / 1000);
      cost.inc(end.costNanoUsd);
    },
    attemptEnded(end) {
      attempts.inc({ outcome: end.outcome, status: end.status ?? "none" });
      if (end.firstByteMs !== null) firstByte.observe(end.firstByteMs / 1000);
    },
    denied: (code) => denials.inc({ code }),
    inflight: (delta) => inflight.inc(delta),
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
  return (readings) => {
    lag.set(readings.ledgerLagSeconds);
    pending.set(readings.ledgerPending);
    journal.set(readings.journalBytes);
    version.set(readings.configVersion);
    staleness.set(readings.configStalenessSeconds);
    dropped.set(readings.droppedDenials);
    database.set(readings.isDatabaseUp ? 1 : 0);
  };
}
