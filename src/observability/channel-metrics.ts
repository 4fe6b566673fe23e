import type { Registry } from "prom-client";
import { register, type TallySpec, type TallyValue, type TimeSeries, timeSeries } from "./tallies";

/** What this replica has of a channel just now. */
export type ChannelReading = {
  readonly id: number;
  readonly name: string;
  readonly inFlight: number;
  readonly waiting: number;
  /** Slots since the start whose lease the store had lost. */
  readonly leasesLost: number;
};

/** What an attempt found at a channel without a place for it: full in that way, or a queue timeout. */
export type WithoutPlace = "capacity" | "queue" | "key_share" | "timeout";

/** What happened at channels. Nothing is put together before `/metrics` is asked for. */
export type ChannelMetrics = {
  /** An attempt that was sent has ended. */
  attempted(channelId: number, result: string): void;
  /** An attempt got no place at a channel; `overflowed`: it got one at another. */
  withoutPlace(channelId: number, how: WithoutPlace, result: "rejected" | "overflowed"): void;
  /** A wait for a slot of a channel with a queue is over. */
  slotAwaited(channelId: number, outcome: string, waitedMs: number): void;
  /** All channels there are; what is known of others is forgotten. */
  observe(readings: readonly ChannelReading[]): void;
};

const WAIT_SECONDS = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

type Counts = {
  readonly attempts: Map<string, number>;
  readonly places: Map<WithoutPlace, { rejected: number; overflowed: number }>;
  readonly waits: Map<string, TimeSeries>;
};

type Channels = { readonly counts: Map<number, Counts>; readings: readonly ChannelReading[] };
type Labels = Readonly<Record<string, string>>;

/** Registers the metrics of channels (channels-and-rates.md section 5). */
export function channelMetrics(registry: Registry): ChannelMetrics {
  const channels: Channels = { counts: new Map(), readings: [] };
  registerReadings(registry, channels);
  registerCounts(registry, channels);
  const countsOf = (channelId: number): Counts => {
    const known = channels.counts.get(channelId);
    if (known !== undefined) return known;
    const counts: Counts = { attempts: new Map(), places: new Map(), waits: new Map() };
    channels.counts.set(channelId, counts);
    return counts;
  };
  return {
    attempted(channelId, result) {
      const { attempts } = countsOf(channelId);
      attempts.set(result, (attempts.get(result) ?? 0) + 1);
    },
    withoutPlace(channelId, how, result) {
      const { places } = countsOf(channelId);
      const counted = places.get(how) ?? { rejected: 0, overflowed: 0 };
      counted[result]++;
      places.set(how, counted);
    },
    slotAwaited(channelId, outcome, waitedMs) {
      const { waits } = countsOf(channelId);
      const series = waits.get(outcome) ?? timeSeries(WAIT_SECONDS);
      series.observe(waitedMs / 1000);
      waits.set(outcome, series);
    },
    observe(readings) {
      channels.readings = readings;
      const ids = new Set(readings.map(({ id }) => id));
      for (const id of channels.counts.keys()) if (!ids.has(id)) channels.counts.delete(id);
    },
  };
}

const CHANNEL = ["channel_id", "channel_name"] as const;

function registerReadings(registry: Registry, channels: Channels): void {
  const each = (read: (channel: ChannelReading) => number, labelsOf: (channel: ChannelReading) => Labels) => () =>
    channels.readings.map((channel): TallyValue => ({ value: read(channel), labels: labelsOf(channel) }));
  register(registry, {
    ...spec("sluice_channel_inflight", "Slots of channels that this replica uses now.", CHANNEL),
    ...{ type: "gauge", values: each(({ inFlight }) => inFlight, named) },
  });
  register(registry, {
    ...spec("sluice_channel_queue_waiting", "Requests of this replica that wait for a slot of a channel now.", CHANNEL),
    ...{ type: "gauge", values: each(({ waiting }) => waiting, named) },
  });
  register(registry, {
    ...spec("sluice_channel_lease_lost_total", "Slots whose lease was lost while they were held.", ["channel_id"]),
    ...{ type: "counter", values: each(({ leasesLost }) => leasesLost, numbered) },
  });
}

function registerCounts(registry: Registry, channels: Channels): void {
  const each = (linesOf: (counts: Counts, channel: ChannelReading) => readonly TallyValue[]) => () =>
    channels.readings.flatMap((channel) => {
      const counts = channels.counts.get(channel.id);
      return counts === undefined ? [] : linesOf(counts, channel);
    });
  register(registry, {
    ...spec("sluice_attempts_total", "Attempts sent upstream by how they ended.", ["channel_id", "result"]),
    type: "counter",
    values: each(({ attempts }, channel) =>
      [...attempts].map(([result, value]) => ({ value, labels: { ...numbered(channel), result } })),
    ),
  });
  register(registry, {
    ...spec("sluice_channel_queue_full_total", "Attempts for which a channel had no place.", [
      ...CHANNEL,
      ...["reason", "result"],
    ]),
    type: "counter",
    values: each((counts, channel) =>
      placeLines(counts, channel, (how) => (how === "timeout" ? null : { reason: how })),
    ),
  });
  register(registry, {
    ...spec("sluice_channel_queue_timeout_total", "Waits for a slot that took too long.", [...CHANNEL, "result"]),
    type: "counter",
    values: each((counts, channel) => placeLines(counts, channel, (how) => (how === "timeout" ? {} : null))),
  });
  const waits = spec(
    "sluice_channel_queue_wait_seconds",
    "Time until a request for a slot of a channel was answered.",
    [...CHANNEL, "outcome"],
  );
  register(registry, {
    ...waits,
    type: "histogram",
    values: each((counts, channel) =>
      [...counts.waits].flatMap(([outcome, series]) => series.values(waits.name, { ...named(channel), outcome })),
    ),
  });
}

function placeLines(
  { places }: Counts,
  channel: ChannelReading,
  labelsFor: (how: WithoutPlace) => Labels | null,
): readonly TallyValue[] {
  return [...places].flatMap(([how, counted]) => {
    const labels = labelsFor(how);
    if (labels === null) return [];
    const results = (["rejected", "overflowed"] as const).filter((result) => counted[result] > 0);
    return results.map((result) => ({ value: counted[result], labels: { ...named(channel), ...labels, result } }));
  });
}

function spec(name: string, help: string, labelNames: readonly string[]): TallySpec {
  return { name, help, labelNames };
}

function named({ id, name }: ChannelReading): Labels {
  return { channel_id: String(id), channel_name: name };
}

function numbered({ id }: ChannelReading): Labels {
  return { channel_id: String(id) };
}
