/** 1: crash. 2: wrong configuration or environment. 3: the process may not continue (reliability-and-security.md 2.1). */
export type FaultCode = 1 | 2 | 3;

/** An error that ends the process: its message is the one line a person reads, with the variable and the remedy. */
export type StartFault = Error & { readonly exitCode: FaultCode };

/** Builds the error of a wrong configuration or environment (exit code 2 unless told). Never put a secret value in `message`. */
export function startFault(message: string, options: { exitCode?: FaultCode; cause?: unknown } = {}): StartFault {
  const error = new Error(message, options.cause === undefined ? undefined : { cause: options.cause });
  return Object.assign(error, { exitCode: options.exitCode ?? 2 });
}

/** Recognises a StartFault by its exit code. */
export function isStartFault(value: unknown): value is StartFault {
  return value instanceof Error && "exitCode" in value;
}
