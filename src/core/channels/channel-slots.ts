import type { LimiterMode } from "../vocabulary";
import type { ChannelLimiter } from "./limiter";

/*
 * The port of the channel limiter (channels-and-rates.md section 2): who may send a request to a channel now, who waits, and who is refused.
 *
 * A limiter belongs to a channel id and lives on whatever else of the channel changes (L8). Waiters are served in the order in which they
 * reached the store, over all replicas; a freed slot goes to the head of the queue, and nobody is granted while somebody waits (L3). A waiter has
 * one outcome, assigned once by the store (L5). Slots are counted in every mode, also where nothing is refused (L12).
 *
 * `granted` gives the caller a slot that it must release; every other reply owns nothing (L1). A refusal is a value and names no HTTP reply; it
 * is no failure of the channel (P4, L15). Two implementations answer alike: memory, which decides in the same turn, and Redis, whose calls reject
 * when it does not answer.
 */

/** A value at once where the store can, else a promise of it. */
export type Soon<Value> = Value | Promise<Value>;

/** What the limiter must know of a channel. */
export type LimitedChannel = {
  readonly id: number;
  /** Enabled, and of a weight above 0; a channel that is not takes nobody, and its waiters get `gone` (L9). */
  readonly isOpen: boolean;
  readonly limiter: ChannelLimiter;
};

/** One unit of a channel's concurrency, held from before the request is sent until the upstream's body is read or closed (L7). */
export type Slot = {
  /** `<replica>:<number>`; no two grants share one. */
  readonly token: string;
  /** Gives it back; once in effect, however often it is called. */
  release(): void;
};

/** A slot of this caller. */
export type SlotGrant = {
  readonly kind: "granted";
  readonly slot: Slot;
  /** 0 without a wait, at least 1 after one. */
  readonly waitedMs: number;
  /** The store did not answer: granted from this replica's own share (L21). */
  readonly isAlone?: true;
};

/** Where a channel stood when it refused: what a retry hint (L13) and an admin's log (L14) are made of. */
export type SlotStanding = {
  readonly channelId: number;
  readonly waiting: number;
  /** null: no limiter by now. */
  readonly capacity: number | null;
  /** Moving average of how long slots of the channel are held, ms; 1000 before the first is released. */
  readonly holdMs: number;
};

/** At capacity without a queue; queue full; too many waiters of the same key (L4). */
export type FullReason = "capacity" | "queue" | "key_share";

/** Why a channel has no slot for a request: never a failure of its upstream. */
export type SlotRejection =
  | (SlotStanding & { readonly kind: "full"; readonly reason: FullReason; readonly waitedMs: 0 })
  /** The channel's queue timeout passed. */
  | (SlotStanding & { readonly kind: "timeout"; readonly waitedMs: number })
  /** The client left, or the request's deadline came. */
  | (SlotStanding & { readonly kind: "cancelled"; readonly waitedMs: number })
  /** Disabled, without weight, deleted or unknown. */
  | (SlotStanding & { readonly kind: "gone"; readonly waitedMs: number })
  /** The store does not answer, and the policy is to refuse then (L21). */
  | (SlotStanding & { readonly kind: "unavailable"; readonly waitedMs: number });

/** The answer to a request that may wait. */
export type AcquireReply = SlotGrant | SlotRejection;

/** The answer to a request that does not wait; `busy`: no slot now, whether or not there is room in the queue. */
export type TryReply =
  | SlotGrant
  | (SlotStanding & { readonly kind: "busy" })
  | Extract<SlotRejection, { kind: "gone" | "unavailable" }>;

/** A request for a slot that may wait for one. */
export type SlotAsk = {
  readonly channelId: number;
  readonly keyId: number;
  /** What the request's own deadline leaves, ms; a wait that reaches it is `cancelled`. */
  readonly deadlineMs: number;
  /** How long the request has waited for this slot before, ms; so much less of the queue timeout is left. 0 unless told. */
  readonly waitedMs?: number;
  /** Aborted: the client left. */
  readonly signal?: AbortSignal | undefined;
};

/** A channel's slots over all replicas. */
export type SlotStats = {
  readonly channelId: number;
  readonly mode: LimiterMode;
  /** Above the capacity with `observe`, and while a lower capacity or a lost lease is made up for. */
  readonly inFlight: number;
  /** null with `off`. */
  readonly capacity: number | null;
  readonly waiting: number;
  /** null but with `queue`. */
  readonly queueSize: number | null;
  /** How long the head of the queue has waited, ms; 0 without waiters. */
  readonly oldestWaitMs: number;
  /** As in SlotStanding. */
  readonly holdMs: number;
};

/** What of a channel is this replica's own. */
export type OwnSlots = {
  readonly channelId: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** Slots since the start whose lease the store had lost while they were held (L20). */
  readonly leasesLost: number;
};

/** The slots of all channels. */
export type ChannelSlots = {
  /** A slot at once, or none. */
  tryAcquire(channelId: number): Soon<TryReply>;
  /** A slot, at once or after a wait in the channel's queue. The outcome comes once; a `granted` one is the caller's even if it has left. */
  acquire(ask: SlotAsk): Soon<AcquireReply>;
  /** Counts a slot that was granted elsewhere; it may exceed the capacity (L21). */
  adopt(channelId: number): Slot;
  /** Figures of the channels that are known, in the order asked for; idle ones too (L11). */
  stats(channelIds: readonly number[]): Soon<readonly SlotStats[]>;
  /** Figures of a channel as they were told here a moment ago, but for the oldest wait; null: nothing is known just now, and the store is not asked. */
  glance(channelId: number): SlotStats | null;
  /** This replica's part, for each known channel. */
  own(): readonly OwnSlots[];
  /** All channels as of a configuration version; older than the newest that is known: ignored (L10). Channels left out are deleted. */
  configure(channels: readonly LimitedChannel[], version: number): void;
  /** Gives back all that this replica has; those who still wait are `cancelled`. */
  close(): Promise<void>;
};
