import type { SystemFacts } from "@/core/ports";
import type { SetupCheck } from "./schema";

/** The check step of the wizard. The schema was brought up to date before the process listened. */
export function setupChecks(system: SystemFacts, publicUrl: string | null): SetupCheck[] {
  return [
    { name: "database", ok: true, value: system.database },
    { name: "migrations", ok: true, value: system.version },
    { name: "counters", ok: system.counters === "redis" || system.database === "embedded", value: system.counters },
    { name: "secret", ok: system.hasSecret, value: null },
    { name: "publicUrl", ok: publicUrl !== null, value: publicUrl },
  ];
}
