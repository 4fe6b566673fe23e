import type { ChannelSnapshot } from "@/core/channels/channel";
import {
  type BreakCode,
  judgeBreak,
  judgeFirstEvent,
  judgeLaterEvent,
  judgeReply,
  type UpstreamFailure,
} from "@/core/channels/judge-attempt";
import type { AppError, ErrorCode } from "@/core/errors";
import type { Outcome } from "@/core/vocabulary";
import type { Call, ReplyReader, ReplyReading } from "@/protocols/protocol";
import type { Ceiling } from "./ceiling";
import type { EngineDeps, Exchange } from "./exchange";
import type { UpstreamCall } from "./gateway-deps";
import type { Measured } from "./judged-limits";
import type { UpstreamHeaders } from "./reply-head";

/** What one attempt relays, and for whom. */
export type RelayAsk = {
  readonly exchange: Exchange;
  readonly deps: EngineDeps;
  readonly channel: ChannelSnapshot;
  readonly call: Call;
  readonly injectedUsage: boolean;
  /** What the reply's head tells of limits; null: none applies. */
  readonly measured: Measured | null;
  /** How long the call waited for a channel, ms. */
  readonly queueMs: number;
  /** What may leave for the client, and what the journal says of it. */
  readonly ceiling: Ceiling;
  /** The request asked for a stream. */
  readonly stream: boolean;
  /** Another channel would be tried, so an error as the first event need not reach the client (channels-and-rates.md C8). */
  readonly canFailOver: boolean;
};

/** How one upstream reply ended. */
export type RelayEnd = {
  /** Status of the upstream; null: no head arrived. */
  readonly status: number | null;
  readonly headers: UpstreamHeaders;
  /** From the dispatch to the reply's head, ms. */
  readonly firstByteMs: number | null;
  readonly outcome: Outcome;
  readonly code: ErrorCode | null;
  readonly cause: unknown;
  /** What the upstream did wrong; null: nothing, or nobody can tell (channels-and-rates.md 1.2). */
  readonly failure: UpstreamFailure | null;
  /** The next channel may be tried: nothing has reached the client. */
  readonly next: boolean;
  /** The reply to the client was begun. */
  readonly isRelayed: boolean;
  /** `reported`: what the upstream counted, else nothing. `seen`: what it counted, else an estimate of what was seen (quota.md section 6). */
  readonly charge: "reported" | "seen";
  readonly reading: ReplyReading;
  /** Body of a failed reply that may be relayed unmodified. */
  readonly kept: Uint8Array | null;
};

/** A reply of which nothing was read. */
export const EMPTY_READING: ReplyReading = {
  usage: null,
  isComplete: false,
  error: null,
  contentEvents: 0,
  contentBytes: 0,
};

/** The state of one relay. `keeping` gathers the body of a failed reply, `peeking` waits for the first event or chunk (T3). */
export type Relay = {
  readonly ask: RelayAsk;
  readonly ceiling: Ceiling;
  /** Monotonic ms. */
  readonly startedAt: number;
  readonly done: (end: RelayEnd) => void;
  upstream: UpstreamCall | null;
  phase: "waiting" | "keeping" | "peeking" | "relaying" | "done";
  status: number | null;
  headers: UpstreamHeaders;
  firstByteMs: number | null;
  reader: ReplyReader | null;
  isStream: boolean;
  /** Bytes for the client that were not written yet, and how many. */
  held: Uint8Array[];
  heldBytes: number;
  receivedBytes: number;
  /** The upstream is not read: the client takes nothing now. */
  isPaused: boolean;
  /** The upstream is not read: too much waits for the write of a ceiling. */
  isHeldBack: boolean;
  /** What is held waits for the write of a ceiling. */
  isUncovered: boolean;
  /** The upstream's reply was read to its end. */
  isAtEnd: boolean;
  /** The client is gone: read on for the usage, write nothing. */
  isGone: boolean;
  isDraining: boolean;
  /** The last relayed bytes ended an event. */
  isBetweenEvents: boolean;
  cancelDrain: (() => void) | null;
};

/** A relay before its reply. */
export function newRelay(ask: RelayAsk, done: (end: RelayEnd) => void): Relay {
  return {
    ask,
    ceiling: ask.ceiling,
    startedAt: ask.deps.clock.monotonic(),
    done,
    upstream: null,
    phase: "waiting",
    status: null,
    headers: {},
    firstByteMs: null,
    reader: null,
    isStream: false,
    held: [],
    heldBytes: 0,
    receivedBytes: 0,
    isPaused: false,
    isHeldBack: false,
    isUncovered: false,
    isAtEnd: false,
    isGone: false,
    isDraining: false,
    isBetweenEvents: true,
    cancelDrain: null,
  };
}

type Finish = Pick<RelayEnd, "outcome" | "code" | "charge"> &
  Partial<Pick<RelayEnd, "failure" | "next" | "cause" | "kept" | "reading">>;

/** Ends a relay; what comes from the upstream afterwards is ignored. */
export function finish(relay: Relay, how: Finish): void {
  relay.phase = "done";
  relay.cancelDrain?.();
  if (relay.isDraining) relay.ask.deps.drains.leave();
  relay.done({
    status: relay.status,
    headers: relay.headers,
    firstByteMs: relay.firstByteMs,
    outcome: how.outcome,
    code: how.code,
    cause: how.cause,
    failure: how.failure ?? null,
    next: how.next ?? false,
    isRelayed: relay.ask.exchange.reply.isStarted,
    charge: how.charge,
    reading: how.reading ?? relay.reader?.read() ?? EMPTY_READING,
    kept: how.kept ?? null,
  });
}

/** Ends a relay whose upstream body was read to its end (T10). */
export function finishRead(relay: Relay): void {
  const reading = relay.reader?.read() ?? EMPTY_READING;
  const failure = relay.isGone ? null : failureIn(relay, reading);
  const outcome = relay.isGone ? "client_aborted" : failure === null ? "ok" : "upstream_error";
  finish(relay, { outcome, code: failure?.code ?? null, charge: chargeOfRead(relay), failure, reading });
}

/** A reply that has no body by its status: 204 to a DELETE. */
export function isBodiless({ status }: Relay): boolean {
  return status === 204 || status === 205;
}

function failureIn(relay: Relay, { error, isComplete }: ReplyReading): UpstreamFailure | null {
  if (error === null) return isComplete || isBodiless(relay) ? null : judgeBreak("upstream_truncated", true);
  const { reader } = relay;
  return reader?.firstEvent() === "error" ? judgeFirstEvent(error.status) : judgeLaterEvent(error.status);
}

/** Ends a relay whose reply is no success. `body` null: too large or unreadable (protocols-and-pricing.md 3.4). */
export function finishFailedReply(relay: Relay, body: Uint8Array | null): void {
  const status = relay.status ?? 502;
  const isAccountError = relay.ask.exchange.protocol.isAccountError(status, body ?? new Uint8Array(0));
  const failure = judgeReply(status, isAccountError);
  finish(relay, {
    outcome: relay.isGone ? "client_aborted" : "upstream_error",
    code: failure.code,
    charge: "reported",
    failure: relay.isGone ? null : failure,
    next: failure.next && !relay.isGone,
    kept: failure.reply === "upstream" ? body : null,
  });
}

/** Ends a relay whose stream began with an error before anything was relayed; what was held of it may be shown when no other channel answers. */
export function finishFirstEventError(relay: Relay): void {
  const failure = judgeFirstEvent(relay.reader?.read().error?.status ?? 500);
  const how = { outcome: "upstream_error", code: failure.code, charge: "reported", next: true } as const;
  // An array whose end was not waited for gets one.
  if (relay.reader?.seam() === ",") relay.held.push(ARRAY_END);
  finish(relay, { ...how, failure, kept: takeHeld(relay) });
}

const ARRAY_END = Buffer.from("]");

/** Ends a relay whose connection failed before the reply, or broke off in the middle of it. */
export function finishBroken(relay: Relay, error: AppError): void {
  const hasBegun = relay.phase === "relaying";
  const failure = isBreak(error.code) ? judgeBreak(error.code, hasBegun) : null;
  const charge = chargeOfBroken(relay);
  finish(relay, { outcome: "upstream_error", code: error.code, charge, failure, next: !hasBegun, cause: error });
}

/** What a call costs that its upstream broke off: nothing before its reply, unless usage was told (quota.md section 6). */
export function chargeOfBroken(relay: Relay): RelayEnd["charge"] {
  return relay.phase === "relaying" ? chargeOfRead(relay) : "reported";
}

/** What a call costs whose reply was read so far: its input at least, but one that is an error from its beginning nothing (T11). */
export function chargeOfRead({ phase, reader }: Relay): RelayEnd["charge"] {
  return phase === "keeping" || reader?.firstEvent() === "error" ? "reported" : "seen";
}

function isBreak(code: ErrorCode): code is BreakCode {
  return code === "upstream_unreachable" || code === "upstream_timeout" || code === "upstream_truncated";
}

/** Everything held as one chunk; nothing is held afterwards. */
export function takeHeld(relay: Relay): Uint8Array {
  const { held } = relay;
  dropHeld(relay);
  return held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held);
}

/** Keeps bytes until they may leave for the client. */
export function hold(relay: Relay, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  relay.held.push(bytes);
  relay.heldBytes += bytes.length;
}

/** Nobody gets what is held. */
export function dropHeld(relay: Relay): void {
  relay.held = [];
  relay.heldBytes = 0;
}
