import type { AuthSnapshot, AuthSnapshots } from "@/core/auth-snapshot";
import type { ChannelTimeouts } from "@/core/channels/channel";
import type { ChannelAffinity } from "@/core/channels/channel-affinity";
import type { ChannelHealth } from "@/core/channels/channel-health";
import type { ChannelRates } from "@/core/channels/channel-rates";
import type { ChannelSlots, FullReason } from "@/core/channels/channel-slots";
import type { ChannelTally } from "@/core/channels/channel-tally";
import type { ConfigSnapshots } from "@/core/config-snapshot";
import type { AppError } from "@/core/errors";
import type { KeyAttempts } from "@/core/keys/key-attempts";
import type { DenialRecord } from "@/core/ledger/entry";
import type { Journal } from "@/core/ledger/journal";
import type { Settlement } from "@/core/ledger/settlement";
import type { ModelHabits } from "@/core/prices/estimate-call";
import type { LimitPlans } from "@/core/quota/limit-plans";
import type { Quota } from "@/core/quota/quota";
import type { QuotaReading } from "@/core/quota/read-quotas";
import type { Clock } from "@/lib/clock";
import type { GatewayReply, GatewayRequest } from "@/protocols/exchange";
import type { UpstreamRequest } from "@/protocols/protocol";
import type { AttemptRow } from "./attempt-row";
import type { DenialSource } from "./denial-source";

/** Hears one upstream reply, in this order: head, chunks, then end or error. Nothing comes after `abort`, end or error. */
export type UpstreamSink = {
  /** The final head; interim replies (1xx) are not told. Header names are lower case; a coded body arrives decoded. */
  onHead(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void;
  /** What arrived in one turn of the event loop, as one chunk. */
  onChunk(chunk: Uint8Array): void;
  /** The end, with what arrived in its own turn; null: nothing did. A small reply comes whole this way. */
  onEnd(last: Uint8Array | null): void;
  /**
   * Before the head: `upstream_unreachable` (DNS, connect, TLS, refused address, reset) or `upstream_timeout` (connectMs, firstByteMs).
   * After it: `upstream_truncated`, or `upstream_timeout` (idleMs). Anything else is a fault of ours: `internal_error`.
   */
  onError(error: AppError): void;
};

/** A running upstream request. */
export type UpstreamCall = {
  /** Stops reading until `resume`; the time-outs stand still meanwhile. */
  pause(): void;
  resume(): void;
  /** Ends the request and its connection; the sink hears nothing more. */
  abort(): void;
};

/** How one upstream request is sent. */
export type UpstreamOptions = {
  readonly timeouts: ChannelTimeouts;
  /** Gateways this request has passed; told to private hosts as `x-sluice-hop` (reliability-and-security.md 8). */
  readonly hop: number;
};

/** Sends requests upstream: undici pools, address policy, connect time-out. Never throws: failures go to the sink. */
export type UpstreamClient = {
  send(request: UpstreamRequest, options: UpstreamOptions, sink: UpstreamSink): UpstreamCall;
  close(): Promise<void>;
};

/** Takes settled requests; implemented by core/ledger/recorder.ts. */
export type LedgerRecorder = {
  /** Queues how a request ended; it is already in the journal. */
  record(settlement: Settlement): void;
  /** Queues a denial; dropped with a count above the buffer. */
  recordDenial(denial: DenialRecord): void;
};

/** Fed by return values of the pipeline; labels are closed sets. */
export type GatewayMetrics = {
  requestEnded(end: {
    protocol: string;
    outcome: string;
    status: number;
    durationMs: number;
    costNanoUsd: number;
  }): void;
  /** `result`: the row of channels-and-rates.md 1.2. */
  attemptEnded(end: { channelId: number; result: AttemptRow; firstByteMs: number | null }): void;
  /** An attempt got no place at a channel: it was full in that way, or its queue timeout came. `overflowed`: it got one at another. */
  withoutPlace(channelId: number, how: FullReason | "timeout", result: "rejected" | "overflowed"): void;
  /** A request for a slot of a channel with a queue has its outcome. */
  slotAwaited(channelId: number, outcome: "granted" | "timeout" | "cancelled" | "gone", waitedMs: number): void;
  /** An upstream counted more than the worst case of the estimate (quota.md Q33). */
  estimateExceeded(part: "input" | "output"): void;
  /** The gateway made an error. */
  denied(code: string, source: DenialSource): void;
  /** The shared counters or slots did not answer a request, and the failure policy let it pass or refused it (quota.md Q54). */
  storeFailed(policy: "admitted" | "denied"): void;
  inflight(delta: 1 | -1): void;
};

/** What the gateway logs; values are redacted by the logger. */
export type GatewayLog = {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
};

/** Everything the pipeline needs, passed in. */
export type GatewayDeps = {
  readonly clock: Clock;
  readonly auth: AuthSnapshots;
  /** Unknown keys by the address that tried them. */
  readonly keyAttempts: KeyAttempts;
  /** The address of a client: the peer's, or what trusted proxies wrote into X-Forwarded-For; empty when it cannot be told (A10). */
  callerAddress(peer: string, forwardedFor: string | undefined): string;
  readonly config: ConfigSnapshots;
  readonly limitPlans: LimitPlans;
  readonly quota: Quota;
  /** What is known of how a billed model uses tokens; `UNLEARNT` for one without a past (quota.md Q32). */
  habitsOf(model: string): ModelHabits;
  /** Where a key and its user stand, from the counters or else the ledger. Throws limits_unavailable when neither answers. */
  readUsage(caller: AuthSnapshot): Promise<QuotaReading>;
  readonly journal: Journal;
  readonly ledger: LedgerRecorder;
  readonly upstream: UpstreamClient;
  /** How the channels stand: which are out, and what their attempts ended with. */
  readonly health: ChannelHealth;
  /** Which channels conversations prefer, and where stored responses are. */
  readonly affinity: ChannelAffinity;
  /** Who may send to a channel now. */
  readonly slots: ChannelSlots;
  /** What of their own budgets per minute is used. */
  readonly rates: ChannelRates;
  /** What happens at the channels, for the live board. */
  readonly tally: ChannelTally;
  readonly metrics: GatewayMetrics;
  readonly log: GatewayLog;
  /** A number in [0, 1), for weighted choice. */
  random(): number;
  readonly maxInflight: number;
  readonly maxDrains: number;
  readonly clientStallMs: number;
};

/** The engine behind both hosts. */
export type Gateway = {
  /** Handles one call; resolves when its reply has ended and its hold is closed. Never rejects. */
  handle(request: GatewayRequest, reply: GatewayReply): Promise<void>;
  /** From now on new calls get 503 `shutting_down`. */
  drain(): void;
  /** Ends running calls: error event or 503, then settle (drain step 4). */
  abortAll(): void;
  /** Resolves when no call runs. */
  idle(): Promise<void>;
  /** Calls running now. */
  inflight(): number;
};
