import { AppError, toAppError } from "@/core/errors";
import { type CeilingListener, ceilingForRenewal, covers, coversEnd, expectOutput, isRaising } from "./ceiling";
import { disconnectPolicy } from "./disconnect-policy";
import type { UpstreamCall, UpstreamSink } from "./gateway-deps";
import type { Interrupt } from "./interrupts";
import { crash, cutReply, flush, holdBack, letOn, readForUsage, startReply } from "./relay-client-side";
import {
  chargeOfBroken,
  chargeOfRead,
  dropHeld,
  finish,
  finishBroken,
  finishFailedReply,
  finishFirstEventError,
  finishRead,
  hold,
  isBodiless,
  newRelay,
  type Relay,
  type RelayAsk,
  type RelayEnd,
  takeHeld,
} from "./relay-state";
import { headerOf, type UpstreamHeaders } from "./reply-head";

/** A relay that waits for its reply. */
export type RunningRelay = {
  readonly sink: UpstreamSink;
  /** Told once, when the request is on its way. */
  begin(upstream: UpstreamCall): void;
  interrupt(interrupt: Interrupt): void;
  /** What its hold may be billed if this process dies, nano-USD; null: nothing tells yet. */
  ceilingNanoUsd(): number | null;
};

/** Until the first complete event at most this much is held back (T3); the same bound for the body of an error. */
const PEEK_BYTES = 64 * 1024;
/** So much may wait for the write of a ceiling before the upstream waits, too (T4). */
const HELD_BYTES = 64 * 1024;

/** Relays one upstream reply to the client. `done` is called exactly once; nothing throws into the upstream client. */
export function openRelay(ask: RelayAsk, done: (end: RelayEnd) => void): RunningRelay {
  return new OpenRelay(newRelay(ask, done));
}

/** The sink of the upstream client and the handle of the attempt in one object: it is made for every request. */
class OpenRelay implements RunningRelay, UpstreamSink, CeilingListener {
  readonly #relay: Relay;

  constructor(relay: Relay) {
    this.#relay = relay;
    relay.ceiling.listener = this;
  }

  get sink(): UpstreamSink {
    return this;
  }

  begin(upstream: UpstreamCall): void {
    this.#relay.upstream = upstream;
  }

  onHead(status: number, headers: UpstreamHeaders): void {
    const relay = this.#relay;
    if (relay.phase === "done") return;
    try {
      takeHead(relay, status, headers);
    } catch (error) {
      crash(relay, toAppError(error));
    }
  }

  onChunk(chunk: Uint8Array): void {
    this.#guarded(takeChunk, chunk);
  }

  onEnd(last: Uint8Array | null): void {
    this.#guarded(takeEnd, last);
  }

  onError(error: AppError): void {
    this.#guarded(takeError, error);
  }

  interrupt(interrupt: Interrupt): void {
    this.#guarded(takeInterrupt, interrupt);
  }

  ceilingNanoUsd(): number | null {
    const { ceiling, reader } = this.#relay;
    return ceilingForRenewal(ceiling, reader === null ? null : reader.read());
  }

  onCovered(): void {
    this.#guarded(takeCovered, null);
  }

  onUncovered(error: AppError): void {
    this.#guarded(takeUncovered, error);
  }

  #guarded<T>(step: (relay: Relay, value: T) => void, value: T): void {
    const relay = this.#relay;
    if (relay.phase === "done") return;
    try {
      step(relay, value);
    } catch (error) {
      crash(relay, toAppError(error));
    }
  }
}

function takeHead(relay: Relay, status: number, headers: UpstreamHeaders): void {
  if (relay.phase !== "waiting") return; // a second head would undo what has been relayed
  const { ask } = relay;
  const contentType = headerOf(headers, "content-type") ?? "";
  relay.status = status;
  relay.headers = headers;
  relay.firstByteMs = ask.deps.clock.monotonic() - relay.startedAt;
  relay.reader = ask.exchange.protocol.createReader({
    contentType,
    status,
    injectedUsage: ask.injectedUsage,
    channel: ask.channel,
    call: ask.call,
  });
  relay.isStream = relay.reader.isStream;
  relay.phase = status >= 300 ? "keeping" : "peeking";
  if (relay.phase === "peeking") expectOutput(relay.ceiling, relay.isStream);
}

function takeChunk(relay: Relay, chunk: Uint8Array): void {
  read(relay, chunk);
  if (isDrained(relay)) {
    abandon(relay);
  } else if (relay.phase === "relaying") {
    pass(relay);
  } else if (relay.phase === "keeping") {
    if (relay.receivedBytes <= PEEK_BYTES) return;
    relay.upstream?.abort();
    finishFailedReply(relay, null);
  } else if (isFirstEventError(relay)) {
    relay.upstream?.abort();
    finishFirstEventError(relay);
  } else if (isRelayable(relay)) {
    startReply(relay);
    pass(relay);
  }
}

function takeEnd(relay: Relay, last: Uint8Array | null): void {
  if (last !== null) read(relay, last);
  const tail = relay.reader?.end();
  if (tail !== undefined) hold(relay, tail);
  if (relay.phase === "keeping") finishFailedReply(relay, relay.receivedBytes > PEEK_BYTES ? null : takeHeld(relay));
  else if (relay.phase === "relaying") endReply(relay);
  else if (relay.receivedBytes === 0 && !isBodiless(relay)) takeError(relay, new AppError("upstream_truncated"));
  else if (isFirstEventError(relay)) finishFirstEventError(relay);
  else {
    startReply(relay);
    endReply(relay);
  }
}

function read(relay: Relay, chunk: Uint8Array): void {
  relay.receivedBytes += chunk.length;
  hold(relay, relay.reader?.push(chunk) ?? chunk);
}

/**
 * Lets go what is held, once the ceiling on disk covers it: one comparison, as a rule (quota.md Q38). While a write is on its way the upstream
 * waits when too much is held; without one only more of an event can tell what it costs, so it is read on.
 */
function pass(relay: Relay): void {
  relay.isUncovered = relay.receivedBytes > relay.ceiling.coveredBytes && !relay.isGone && !isCovered(relay);
  if (!relay.isUncovered) flush(relay);
  if (relay.isUncovered && relay.heldBytes >= HELD_BYTES && isRaising(relay.ceiling)) holdBack(relay);
  else letOn(relay);
}

function isCovered({ ceiling, reader, receivedBytes: received }: Relay): boolean {
  return reader === null || covers(ceiling, reader.read(), { received, unread: reader.unreadBytes() });
}

function takeCovered(relay: Relay): void {
  if (!relay.isUncovered) return;
  if (relay.isAtEnd) endReply(relay);
  else pass(relay);
}

/** The journal takes no more: what has left is covered, nothing else may leave. */
function takeUncovered(relay: Relay, error: AppError): void {
  if (!relay.isUncovered) return;
  const { isGone } = relay;
  relay.upstream?.abort();
  finish(relay, { outcome: "interrupted", code: error.code, charge: "seen", cause: error });
  if (!isGone) cutReply(relay, new AppError(error.code));
}

function endReply(relay: Relay): void {
  const { isGone } = relay;
  relay.isAtEnd = true;
  relay.isUncovered = !isGone && relay.reader !== null && !coversEnd(relay.ceiling, relay.reader.read());
  if (relay.isUncovered) return;
  finishRead(relay);
  if (isGone) return;
  const rest = takeHeld(relay);
  relay.ask.deps.quota.leave(relay.ask.exchange.id); // its client may call again as soon as it has read the end
  if (rest.length > 0) relay.ask.exchange.reply.end(rest);
  else relay.ask.exchange.reply.end();
}

function takeError(relay: Relay, error: AppError): void {
  const { code } = error;
  if (code === "internal_error") crash(relay, error);
  else if (relay.phase === "keeping") finishFailedReply(relay, null);
  else if (relay.isGone) finish(relay, { outcome: "client_aborted", code, charge: chargeOfBroken(relay) });
  else if (relay.phase === "relaying") {
    finishBroken(relay, error);
    cutReply(relay, new AppError(code));
  } else finishBroken(relay, error);
}

function takeInterrupt(relay: Relay, interrupt: Interrupt): void {
  if (interrupt === "client_gone") loseClient(relay);
  else if (interrupt === "shutdown") shutDown(relay);
  else if (relay.phase !== "relaying" && !relay.isGone) {
    relay.upstream?.abort();
    finish(relay, { outcome: "upstream_error", code: "request_deadline", charge: "reported" });
  }
}

function shutDown(relay: Relay): void {
  const { isGone } = relay;
  const wasRelaying = relay.phase === "relaying";
  relay.upstream?.abort();
  const outcome = isGone ? "client_aborted" : "interrupted";
  finish(relay, { outcome, code: "shutting_down", charge: chargeOfRead(relay) });
  if (wasRelaying && !isGone) cutReply(relay, new AppError("shutting_down"));
}

/** The client left: read on to the terminal event within the drain time, or stop at once (T13). */
function loseClient(relay: Relay): void {
  const { ask } = relay;
  relay.isGone = true;
  if (relay.phase !== "keeping") dropHeld(relay);
  if (isDrained(relay) || disconnectPolicy(ask.channel, ask.stream) === "abort" || !ask.deps.drains.enter()) {
    abandon(relay);
    return;
  }
  relay.isDraining = true;
  relay.cancelDrain = ask.deps.clock.after(ask.deps.config.current().settings.drainTimeoutMs, () => abandon(relay));
  readForUsage(relay);
}

/** Nothing more is wanted of a reply that was read to its terminal event for a client that is gone. */
function isDrained({ isGone, phase, reader }: Relay): boolean {
  return isGone && phase !== "keeping" && reader?.isOver?.() === true;
}

function abandon(relay: Relay): void {
  if (relay.phase === "done") return;
  relay.upstream?.abort();
  finish(relay, { outcome: "client_aborted", code: null, charge: chargeOfRead(relay) });
}

function isFirstEventError({ ask, reader, isStream, isGone }: Relay): boolean {
  return isStream && ask.canFailOver && !isGone && reader?.firstEvent() === "error";
}

function isRelayable({ reader, isStream, receivedBytes }: Relay): boolean {
  return !isStream || reader?.firstEvent() !== "none" || receivedBytes >= PEEK_BYTES;
}
