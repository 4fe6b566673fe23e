import type { Registry } from "prom-client";
import { countTally, timeTally } from "./tallies";

/** Look-ups of keys: in this process (l1), among snapshots of other replicas (l2) and in the database (db). */
export type AuthMetrics = {
  counted(layer: string, result: string): void;
  loaded(layer: string, durationMs: number): void;
};

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Registers the metrics of the auth cache (channels-and-rates.md section 5). */
export function authMetrics(registry: Registry): AuthMetrics {
  const lookups = countTally(registry, {
    name: "sluice_auth_cache_total",
    help: "Look-ups of keys by where they were looked for and what was found; a miss of db is a failure.",
    labelNames: ["layer", "result"],
  });
  const loads = timeTally(
    registry,
    { name: "sluice_auth_load_seconds", help: "Time that a look-up outside this process took.", labelNames: ["layer"] },
    SECONDS,
  );
  return {
    counted: (layer, result) => lookups.add([layer, result]),
    loaded: (layer, durationMs) => loads.observe(layer, durationMs / 1000),
  };
}
