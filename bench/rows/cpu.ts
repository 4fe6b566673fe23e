import { load, median } from "../load";
import type { Measured } from "../process";
import type { Figure, Row } from "../row";
import type { ShotOptions, Stage } from "../stage";

/** Pairs of loads that are taken in turn. */
export const PAIRS = 5;
const WARM_UP = 6;

/** CPU of one request in microseconds, over a load of `count`. */
export async function cpuPerRequest(
  stage: Stage,
  target: Measured,
  ask: { count: number; options: ShotOptions | readonly ShotOptions[]; isRefused?: boolean },
): Promise<number> {
  const before = target.cpuMs();
  const shots = [ask.options].flat().map((options) => stage.shot(options));
  const result = await load(target.line, shots, { count: ask.count, connections: 16 });
  const unexpected = ask.isRefused === true ? result.requests - result.failed : result.failed;
  if (unexpected > 0) throw new Error(`${unexpected} of ${result.requests} requests ended otherwise`);
  return ((target.cpuMs() - before) * 1000) / ask.count;
}

/** CPU per request of a gateway over that of the bare proxy. */
export async function ratio(
  stage: Stage,
  count: number,
  { options, target = stage.sluice }: { readonly options: ShotOptions; readonly target?: Measured },
): Promise<{ ratio: number; bare: number; sluice: number }> {
  // The compiler's own threads are part of the process: both get warm before anything is counted.
  await cpuPerRequest(stage, stage.bare, { count: count * WARM_UP, options });
  await cpuPerRequest(stage, target, { count: count * WARM_UP, options });
  const bare: number[] = [];
  const sluice: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    bare.push(await cpuPerRequest(stage, stage.bare, { count, options }));
    sluice.push(await cpuPerRequest(stage, target, { count, options }));
  }
  const ratios = sluice.map((value, index) => value / (bare[index] ?? Number.NaN));
  return { ratio: median(ratios), bare: median(bare), sluice: median(sluice) };
}

/** A ratio with both of its figures. */
export const show = (value: { ratio: number; bare: number; sluice: number }) =>
  `${value.ratio.toFixed(2)} (${value.sluice.toFixed(0)} / ${value.bare.toFixed(0)} us)`;

/** CPU per request over the bare proxy, not streamed. */
export const cpuRow: Row = {
  name: "cpu",
  async run(stage): Promise<readonly Figure[]> {
    const value = await ratio(stage, 4000, { options: {} });
    return [
      {
        figure: "CPU per request / bare proxy, memory stores",
        bar: "<= 2.0",
        measured: show(value),
        passes: value.ratio <= 2,
      },
    ];
  },
};

/** CPU per streamed request of 200 events. */
export const streamCpuRow: Row = {
  name: "stream-cpu",
  async run(stage): Promise<readonly Figure[]> {
    const value = await ratio(stage, 400, { options: { stream: true, script: "chunks=197;intervalMs=0" } });
    return [
      {
        figure: "CPU per streamed request of 200 events / bare proxy",
        bar: "<= 1.6",
        measured: show(value),
        passes: value.ratio <= 1.6,
      },
    ];
  },
};

/** What a 320 KB body costs over a 0.5 KB one. */
export const bigBodyRow: Row = {
  name: "big-body",
  async run(stage): Promise<readonly Figure[]> {
    const extra: number[] = [];
    const bare: number[] = [];
    const big = { count: 300, options: { bodyBytes: 320 * 1024 } };
    const small = { count: 300, options: {} };
    await cpuPerRequest(stage, stage.sluice, big);
    for (let pair = 0; pair < PAIRS; pair++) {
      extra.push((await cpuPerRequest(stage, stage.sluice, big)) - (await cpuPerRequest(stage, stage.sluice, small)));
      bare.push((await cpuPerRequest(stage, stage.bare, big)) - (await cpuPerRequest(stage, stage.bare, small)));
    }
    const ms = median(extra) / 1000;
    return [
      {
        figure: "320 KB body over a 0.5 KB body, extra CPU",
        bar: "<= 0.7 ms",
        measured: `${ms.toFixed(2)} ms (bare proxy: ${(median(bare) / 1000).toFixed(2)} ms)`,
        passes: ms <= 0.7,
      },
    ];
  },
};
