import type { Stage } from "./stage";

/** One figure of the table: what was measured against its bar (benchmarks.md section 2). */
export type Figure = {
  readonly figure: string;
  readonly bar: string;
  readonly measured: string;
  /** null: the figure is printed, nothing decides it. */
  readonly passes: boolean | null;
};

/** One row of the benchmark; `--only NAME` runs it alone. */
export type Row = { readonly name: string; run(stage: Stage): Promise<readonly Figure[]> };
