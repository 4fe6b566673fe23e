import { explainFailure, say } from "./exit";

/** Runs a one-off command to its end and exits with its code: what `run` resolves with, or that of the failure. */
export async function runEntry(run: (tell: (line: string) => void) => Promise<number>): Promise<never> {
  let code: number;
  try {
    code = await run(say);
  } catch (error) {
    code = explainFailure(error);
  }
  process.exit(code);
}
