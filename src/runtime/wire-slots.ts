import type { ChannelHealth } from "@/core/channels/channel-health";
import type { ChannelRates } from "@/core/channels/channel-rates";
import { type ChannelReading, createChannelReadings } from "@/core/channels/channel-readings";
import type { ChannelSlots } from "@/core/channels/channel-slots";
import { type ChannelTally, createChannelTally } from "@/core/channels/channel-tally";
import { fallbackRates } from "@/core/channels/fallback-rates";
import { type FallbackSlots, fallbackSlots } from "@/core/channels/fallback-slots";
import { createLiveBoard } from "@/core/channels/live-board";
import type { LiveReading } from "@/core/channels/live-feed";
import type { Clock } from "@/lib/clock";
import type { Log } from "@/observability/logger";
import { memoryChannelRates } from "@/stores/memory/channel-rates";
import { memoryChannelSlots } from "@/stores/memory/channel-slots";
import { redisChannelRates } from "@/stores/redis/channel-rates";
import { redisChannelSlots } from "@/stores/redis/channel-slots";
import { redisLivePeers } from "@/stores/redis/live-peers";
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
  /** Calls come through this process. */
  readonly isReporting: boolean;
};

/** The slots of channels, and what the live board reads of them. */
export type SlotsWiring = {
  readonly slots: ChannelSlots;
  readonly tally: ChannelTally;
  readonly rates: ChannelRates;
  /** Never rejects: while the store does not answer it gives the last rows that were known. */
  readLive(): Promise<LiveReading>;
  /** Tells the other replicas what this one counted; never rejects. */
  reportLive(): Promise<void>;
  /** This replica's part, for metrics. */
  readOwn(): readonly ChannelReading[];
  /** How long the shared slots have not answered, ms; 0 while they do, or without any. */
  silentMs(): number;
};

const FAULT_LINE_MS = 10_000;

type OwnSlots = Pick<FallbackSlots, "silentMs"> & { readonly slots: ChannelSlots };

/** Slots on Redis where there is one, and behind them this replica's share for the time that it does not answer (channels-and-rates.md L21). */
function slotsOf({ redis, config, clock, replica, gateways }: SlotsAsk, onError: (error: unknown) => void): OwnSlots {
  if (redis === null) return { slots: memoryChannelSlots({ clock, replica }), silentMs: () => 0 };
  const slots = fallbackSlots({
    shared: redisChannelSlots({ ...redis, clock, replica, onError }),
    local: memoryChannelSlots({ clock, replica: `${replica}-alone` }),
    ...{ clock, replicas: gateways, onOutage: onError },
    isFailOpen: () => config.config.current().settings.failOpen,
  });
  return { slots, silentMs: slots.silentMs };
}

function ratesOf({ redis, config, clock, log, gateways }: SlotsAsk): ChannelRates {
  const local = memoryChannelRates({ clock });
  if (redis === null) return local;
  const onOutage = quietly(clock, (error) => log.warn({ error }, "the rates of channels do not answer"));
  const shared = redisChannelRates({ ...redis, clock, onError: onOutage });
  const isFailOpen = () => config.config.current().settings.failOpen;
  return fallbackRates({ shared, local, isFailOpen, replicas: gateways, onOutage });
}

/** One line of the log while an outage lasts. */
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
  const { config, health, clock, log, cleanup, redis, replica, isReporting } = ask;
  const onError = quietly(clock, (error) => log.warn({ error }, "the slots of channels do not answer"));
  const { slots, silentMs } = slotsOf(ask, onError);
  const tally = createChannelTally(clock);
  const peers = redis === null ? null : redisLivePeers({ ...redis, replica });
  const board = createLiveBoard({ slots, tally, health, clock, peers, isReporting, config: config.config });
  config.follow(({ limited, version }) => slots.configure(limited, version));
  cleanup.add(() => slots.close());
  cleanup.add(() => peers?.close().catch(onError));
  return {
    ...{ slots, tally, silentMs, rates: ratesOf(ask) },
    readLive: board.read,
    reportLive: () => board.report().catch(onError),
    readOwn: createChannelReadings({ slots, config: config.config }),
  };
}
