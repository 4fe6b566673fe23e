import type { Metric, Registry } from "prom-client";

/*
 * Counters and histograms of the request path as plain numbers. The metrics library hashes the labels of every observation, which costs
 * more than the rest of the accounting of a request together; here the labels are put together when `/metrics` is asked for.
 */

/** Name and help text of a metric; its labels in the order of its keys. */
export type TallySpec = { readonly name: string; readonly help: string; readonly labelNames: readonly string[] };

/** Adds to the count under these labels, in the order of their names. */
export type CountTally = { add(labels: readonly string[], amount?: number): void };

/** A histogram in seconds under one label, or "" without any. */
export type TimeTally = { observe(label: string, seconds: number): void };

/** Counts by label, one level for each; joining the labels to one key would make and hash a text for every request. */
type Level = { count: number; readonly next: Map<string, Level> };

/** One line of a metric as the registry takes it. */
export type TallyValue = {
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly metricName?: string;
};

/** A metric whose lines are made when `/metrics` is asked for. */
export type TallySource = TallySpec & {
  readonly type: "counter" | "gauge" | "histogram";
  readonly values: () => readonly TallyValue[];
};

/** Registers a counter; without labels it starts at 0, else with its first observation. */
export function countTally(registry: Registry, spec: TallySpec): CountTally {
  const root: Level = { count: 0, next: new Map() };
  const values = () => [...leavesOf(root, spec.labelNames, [])];
  register(registry, { ...spec, type: "counter", values });
  return {
    add(labels, amount = 1) {
      let level = root;
      for (const label of labels) {
        let next = level.next.get(label);
        if (next === undefined) {
          next = { count: 0, next: new Map() };
          level.next.set(label, next);
        }
        level = next;
      }
      level.count += amount;
    },
  };
}

function* leavesOf(level: Level, names: readonly string[], labels: readonly string[]): Generator<TallyValue> {
  if (labels.length === names.length) yield { value: level.count, labels: labelsOf(names, labels) };
  else for (const [label, next] of level.next) yield* leavesOf(next, names, [...labels, label]);
}

type Times = { readonly bounds: readonly number[]; readonly buckets: number[]; sum: number; count: number };

/** One series of a histogram. */
export type TimeSeries = {
  observe(seconds: number): void;
  /** Its lines under these labels. */
  values(name: string, labels: Readonly<Record<string, string>>): readonly TallyValue[];
};

/** A series without an observation. `bounds` in seconds, ascending. */
export function timeSeries(bounds: readonly number[]): TimeSeries {
  const times: Times = { bounds, buckets: bounds.map(() => 0), sum: 0, count: 0 };
  return {
    observe(seconds) {
      let bucket = 0;
      while (bucket < bounds.length && seconds > (bounds[bucket] as number)) bucket++;
      if (bucket < bounds.length) (times.buckets[bucket] as number)++;
      times.sum += seconds;
      times.count++;
    },
    values: (name, labels) => histogramValues(name, labels, times),
  };
}

/** Registers a histogram with upper bounds in seconds, ascending. */
export function timeTally(registry: Registry, spec: TallySpec, bounds: readonly number[]): TimeTally {
  const times = new Map<string, TimeSeries>();
  const values = () =>
    [...times].flatMap(([key, series]) => series.values(spec.name, labelsOf(spec.labelNames, [key])));
  register(registry, { ...spec, type: "histogram", values });
  return {
    observe(key, seconds) {
      let series = times.get(key);
      if (series === undefined) {
        series = timeSeries(bounds);
        times.set(key, series);
      }
      series.observe(seconds);
    },
  };
}

function histogramValues(
  name: string,
  labels: Readonly<Record<string, string>>,
  { bounds, buckets, sum, count }: Times,
): readonly TallyValue[] {
  let below = 0;
  const cumulative = bounds.map((bound, index): TallyValue => {
    below += buckets[index] ?? 0;
    return { value: below, labels: { le: String(bound), ...labels }, metricName: `${name}_bucket` };
  });
  return [
    ...cumulative,
    { value: count, labels: { le: "+Inf", ...labels }, metricName: `${name}_bucket` },
    { value: sum, labels, metricName: `${name}_sum` },
    { value: count, labels, metricName: `${name}_count` },
  ];
}

function labelsOf(names: readonly string[], labels: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name, index) => [name, labels[index] ?? ""]));
}

/** Registers a metric of our own. The registry asks it for `get()` alone; the rest of the library's type are ways to observe. */
export function register(registry: Registry, tally: TallySource): void {
  const { name, help, type, values } = tally;
  const metric = { name, help, type, aggregator: "sum", get: async () => ({ name, help, type, values: values() }) };
  registry.registerMetric(metric as unknown as Metric);
}
