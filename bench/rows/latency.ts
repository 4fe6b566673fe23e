import { load, median, percentile } from "../load";
import type { Figure, Row } from "../row";
import type { ShotOptions, Stage } from "../stage";

const PAIRS = 5;
const ms = (value: number) => value.toFixed(2);

/** Added time of Sluice over the bare proxy in the same run, medians of the pairs. */
async function added(
  stage: Stage,
  options: ShotOptions,
  pick: "latencies" | "firstBytes",
): Promise<{ p50: number; p99: number }> {
  const shot = stage.shot(options);
  const one = { count: 400, connections: 1 };
  await load(stage.bare.line, shot, one);
  await load(stage.sluice.line, shot, one);
  const p50: number[] = [];
  const p99: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const bare = (await load(stage.bare.line, shot, one))[pick];
    const sluice = (await load(stage.sluice.line, shot, one))[pick];
    p50.push(percentile(sluice, 0.5) - percentile(bare, 0.5));
    p99.push(percentile(sluice, 0.99) - percentile(bare, 0.99));
  }
  return { p50: median(p50), p99: median(p99) };
}

/** Added latency at one connection. */
export const latencyRow: Row = {
  name: "latency",
  async run(stage): Promise<readonly Figure[]> {
    const value = await added(stage, {}, "latencies");
    return [
      {
        figure: "added latency p50 / p99 at one connection",
        bar: "<= 0.3 / 1.0 ms",
        measured: `${ms(value.p50)} / ${ms(value.p99)} ms`,
        passes: value.p50 <= 0.3 && value.p99 <= 1,
      },
    ];
  },
};

/** Added time to the first token of a stream. */
export const firstTokenRow: Row = {
  name: "ttft",
  async run(stage): Promise<readonly Figure[]> {
    const value = await added(stage, { stream: true, script: "chunks=8;intervalMs=0" }, "firstBytes");
    return [
      {
        figure: "added time to first token p99",
        bar: "<= 1.0 ms",
        measured: `${ms(value.p99)} ms`,
        passes: value.p99 <= 1,
      },
    ];
  },
};
