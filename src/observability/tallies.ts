import type { Metric, Registry } from "prom-client";

/*
 * Counters and histograms of the request path as plain numbers. The metrics library hashes the labels of every observation, which costs
 * more than the rest of the accounting of a request together; here the labels are put together when `/metrics` is asked for.
 */

/** Name and help text of a metric; its labels in the order of its keys. */
export type TallySpec = { readonly name: string; readonly help: string; readonly labelNames: readonly string[] };

/** Counts under one label each, or under several that the caller joined with `|`. */
export type CountTally = { add(key: string, amount?: number): void };

/** A histogram in seconds. */
export type TimeTally = { observe(key: string, seconds: number): void };

type Value = {
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly metricName?: string;
};

type Source = { readonly type: "counter" | "histogram"; readonly values: () => readonly Value[] };

/** Registers a counter; a tally without labels has the key "". */
export function countTally(registry: Registry, spec: TallySpec): CountTally {
  const counts = new Map<string, number>(spec.labelNames.length === 0 ? [["", 0]] : []);
  const values = () => [...counts].map(([key, value]) => ({ value, labels: labelsOf(spec, key) }));
  register(registry, { ...spec, type: "counter", values });
  return { add: (key, amount = 1) => void counts.set(key, (counts.get(key) ?? 0) + amount) };
}

type Times = { readonly buckets: number[]; sum: number; count: number };

/** Registers a histogram with upper bounds in seconds, ascending. */
export function timeTally(registry: Registry, spec: TallySpec, bounds: readonly number[]): TimeTally {
  const times = new Map<string, Times>();
  const values = () =>
    [...times].flatMap(([key, series]) => histogramValues(spec, labelsOf(spec, key), { ...series, bounds }));
  register(registry, { ...spec, type: "histogram", values });
  return {
    observe(key, seconds) {
      let series = times.get(key);
      if (series === undefined) {
        series = { buckets: bounds.map(() => 0), sum: 0, count: 0 };
        times.set(key, series);
      }
      let bucket = 0;
      while (bucket < bounds.length && seconds > (bounds[bucket] as number)) bucket++;
      if (bucket < bounds.length) (series.buckets[bucket] as number)++;
      series.sum += seconds;
      series.count++;
    },
  };
}

function histogramValues(
  { name }: TallySpec,
  labels: Readonly<Record<string, string>>,
  { bounds, buckets, sum, count }: Times & { readonly bounds: readonly number[] },
): readonly Value[] {
  let below = 0;
  const cumulative = bounds.map((bound, index): Value => {
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

function labelsOf({ labelNames }: TallySpec, key: string): Readonly<Record<string, string>> {
  const parts = key.split("|");
  return Object.fromEntries(labelNames.map((name, index) => [name, parts[index] ?? ""]));
}

/** The registry asks a metric for `get()` alone; the rest of the library's own type are ways to observe. */
function register(registry: Registry, tally: TallySpec & Source): void {
  const { name, help, type, values } = tally;
  const metric = { name, help, type, aggregator: "sum", get: async () => ({ name, help, type, values: values() }) };
  registry.registerMetric(metric as unknown as Metric);
}
