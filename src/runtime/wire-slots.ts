import type { ChannelHealth } from "@/core/channels/channel-health";
import type { ChannelRates } from "@/core/channels/channel-rates";
import type { ChannelSlots } from "@/core/channels/channel-slots";
import { type ChannelTally, createChannelTally } from "@/core/channels/channel-tally";
import { fallbackRates } from "@/core/channels/fallback-rates";
import { readLiveBoard } from "@/core/channels/live-board";
import type { LiveReading } from "@/core/channels/live-feed";
import type { Clock } from "@/lib/clock";
import type { Log } from "@/observability/logger";
import { memoryChannelRates } from "@/stores/memory/channel-rates";
import { memoryChannelSlots } from "@/stores/memory/channel-slots";
import { redisChannelRates } from "@/stores/redis/channel-rates";
import { redisChannelSlots } from "@/stores/redis/channel-slots";
import type { CounterPlace } from "@/stores/redis/redis-keys";
import type { Cleanup } from "./cleanup";
import type { ConfigWiring } from "./wire-config";

/** What the slots of channels are made of. */
export type SlotsAsk = {
  readonly config: ConfigWiring;
  readonly health: ChannelHealth;
  /** null: one replica. */
  readonly redis: CounterPlace | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly replica: string;
  readonly cleanup: Cleanup;
};

/** The slots of channels, and what the live board reads of them. */
export type SlotsWiring = {
  readonly slots: ChannelSlots;
  readonly tally: ChannelTally;
  readonly rates: ChannelRates;
  readLive(): Promise<LiveReading>;
};

const FAULT_LINE_MS = 10_000;

function slotsOf({ redis, clock, log, replica }: SlotsAsk): ChannelSlots {
  if (redis === null) return memoryChannelSlots({ clock, replica });
  const onError = quietly(clock, (error) => log.warn({ error }, "the slots of channels do not answer"));
  return redisChannelSlots({ ...redis, clock, replica, onError });
}

function ratesOf({ redis, clock, log }: SlotsAsk): ChannelRates {
  const local = memoryChannelRates({ clock });
  if (redis === null) return local;
  const onOutage = quietly(clock, (error) => log.warn({ error }, "the rates of channels do not answer"));
  const shared = redisChannelRates({ ...redis, clock, onError: onOutage });
  // How many replicas serve calls is not known here.
  return fallbackRates({ shared, local, replicas: () => 1, onOutage });
}

function quietly(clock: Clock, report: (error: unknown) => void): (error: unknown) => void {
  let quietUntil = 0;
  return (error) => {
    if (clock.monotonic() < quietUntil) return;
    quietUntil = clock.monotonic() + FAULT_LINE_MS;
    report(error);
  };
}

/** The slots follow the configuration by themselves. */
export function wireSlots(ask: SlotsAsk): SlotsWiring {
  const { config, health, clock, cleanup } = ask;
  const slots = slotsOf(ask);
  const tally = createChannelTally(clock);
  config.follow(({ limited, version }) => slots.configure(limited, version));
  cleanup.add(() => slots.close());
  return {
    slots,
    tally,
    rates: ratesOf(ask),
    readLive: () => readLiveBoard({ slots, tally, health, clock, config: config.config }),
  };
}
