import { isStartFault } from "@/runtime/start-fault";

/** Prints one line for a person on standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/**
 * Tells why the process ends, on standard error, and with which exit code: the lines of a StartFault without a stack, for anything else
 * the stack and code 1.
 */
export function explainFailure(error: unknown): number {
  if (isStartFault(error)) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
