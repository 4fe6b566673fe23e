import type { Log } from "@/observability/logger";

/** What an uncaught fault leads to. */
export type FaultPolicy = {
  log(): Log | null;
  /** False in roles with Next, whose pages may leave a promise behind: counted and logged, not fatal (N9). */
  readonly endsOnRejection: boolean;
  /** Ends the process within a second; the journal is the recovery. */
  end(): void;
};

/** Installs the last resort for faults that nobody caught. */
export function listenForFaults(policy: FaultPolicy): void {
  const tell = (error: unknown, message: string) => {
    const log = policy.log();
    if (log !== null) log.error({ error }, message);
    else process.stderr.write(`${message}: ${error instanceof Error ? error.stack : String(error)}\n`);
  };
  process.on("uncaughtException", (error) => {
    tell(error, "uncaught exception");
    policy.end();
  });
  process.on("unhandledRejection", (reason) => {
    tell(reason, "unhandled rejection");
    if (policy.endsOnRejection) policy.end();
  });
}
