import type { ChannelHealth } from "@/core/channels/channel-health";
import { type ChannelReading, createChannelReadings } from "@/core/channels/channel-readings";
import type { ChannelSlots } from "@/core/channels/channel-slots";
import { type ChannelTally, createChannelTally } from "@/core/channels/channel-tally";
import { type FallbackSlots, fallbackSlots } from "@/core/channels/fallback-slots";
import { keepLast } from "@/core/channels/keep-last";
import { readLiveBoard } from "@/core/channels/live-board";
import type { LiveReading } from "@/core/channels/live-feed";
import type { Clock } from "@/lib/clock";
import type { Log } from "@/observability/logger";
import { memoryChannelSlots } from "@/stores/memory/channel-slots";
import { redisChannelSlots } from "@/stores/redis/channel-slots";
import type { CounterPlace } from "@/stores/redis/redis-keys";
import type { Cleanup } from "./cleanup";
import type { ConfigWiring } from "./wire-config";

/** What the slots of channels are made of. */
export type SlotsAsk = {
  readonly config: Pick<ConfigWiring, "config" | "follow">;
  readonly health: ChannelHealth;
  /** null: one replica. */
  readonly redis: CounterPlace | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly replica: string;
  /** Replicas that serve calls, as last seen. */
  gateways(): number;
  readonly cleanup: Cleanup;
};

/** The slots of channels, and what the live board reads of them. */
export type SlotsWiring = {
  readonly slots: ChannelSlots;
  readonly tally: ChannelTally;
  /** Never rejects: while the store does not answer it gives the last rows that were known. */
  readLive(): Promise<LiveReading>;
  /** This replica's part, for metrics. */
  readOwn(): readonly ChannelReading[];
  /** How long the shared slots have not answered, ms; 0 while they do, or without any. */
  silentMs(): number;
};

const FAULT_LINE_MS = 10_000;

/** Slots on Redis where there is one, and behind them this replica's share for the time that it does not answer (channels-and-rates.md L21). */
function slotsOf({ redis, config, clock, log, replica, gateways }: SlotsAsk): Pick<FallbackSlots, "silentMs"> & {
  readonly slots: ChannelSlots;
} {
  if (redis === null) return { slots: memoryChannelSlots({ clock, replica }), silentMs: () => 0 };
  let quietUntil = 0;
  const onError = (error: unknown) => {
    if (clock.monotonic() < quietUntil) return;
    quietUntil = clock.monotonic() + FAULT_LINE_MS;
    log.warn({ error }, "the slots of channels do not answer");
  };
  const slots = fallbackSlots({
    shared: redisChannelSlots({ ...redis, clock, replica, onError }),
    local: memoryChannelSlots({ clock, replica: `${replica}-alone` }),
    ...{ clock, replicas: gateways, onOutage: onError },
    isFailOpen: () => config.config.current().settings.failOpen,
  });
  return { slots, silentMs: slots.silentMs };
}

/** The slots follow the configuration by themselves. */
export function wireSlots(ask: SlotsAsk): SlotsWiring {
  const { config, health, clock, cleanup } = ask;
  const { slots, silentMs } = slotsOf(ask);
  const tally = createChannelTally(clock);
  config.follow(({ limited, version }) => slots.configure(limited, version));
  cleanup.add(() => slots.close());
  return {
    slots,
    ...{ tally, silentMs },
    readOwn: createChannelReadings({ slots, config: config.config }),
    readLive: keepLast(() => readLiveBoard({ slots, tally, health, clock, config: config.config }), clock),
  };
}
