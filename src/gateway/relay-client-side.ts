import { type AppError, toAppError } from "@/core/errors";
import type { ErrorContext } from "@/protocols/protocol";
import { errorContextOf } from "./fail";
import { dropHeld, finish, type Relay, takeHeld } from "./relay-state";
import { relayedHead } from "./reply-head";

const EVENT_END = new Uint8Array([10, 10]);

/** Begins the client's reply; from here on no other channel is tried. */
export function startReply(relay: Relay): void {
  const { exchange, deps, measured, queueMs } = relay.ask;
  relay.phase = "relaying";
  if (relay.isGone) return;
  exchange.reply.start(
    relay.status ?? 200,
    relayedHead(relay.headers, exchange, { deps, isStream: relay.isStream, measured, queueMs }),
  );
}

/**
 * Writes to the client; when it is slow, the upstream waits, and a client that takes nothing for `clientStallMs` is gone (T4, N2). What it takes is
 * known by the room that the system has for it, which comes in steps of up to a few MiB.
 */
export function flush(relay: Relay): void {
  const bytes = takeHeld(relay);
  if (relay.isGone || bytes.length === 0) return;
  const { exchange, deps } = relay.ask;
  relay.isBetweenEvents = endsEvent(bytes);
  if (exchange.reply.write(bytes) || relay.isPaused || relay.phase === "done") return;
  relay.isPaused = true;
  if (!relay.isHeldBack) relay.upstream?.pause();
  const cancelStall = deps.clock.after(deps.clientStallMs, () => exchange.reply.destroy());
  exchange.reply.drained().then(
    () => {
      cancelStall();
      if (!relay.isPaused) return;
      relay.isPaused = false;
      readOn(relay);
    },
    (error: unknown) => crash(relay, toAppError(error)),
  );
}

/** Stops reading from the upstream until what is held is covered. */
export function holdBack(relay: Relay): void {
  if (relay.isHeldBack) return;
  relay.isHeldBack = true;
  if (!relay.isPaused) relay.upstream?.pause();
}

/** What was held back for has come. */
export function letOn(relay: Relay): void {
  if (!relay.isHeldBack) return;
  relay.isHeldBack = false;
  readOn(relay);
}

/** Reads on from the upstream, whatever it waited for: the client is gone. */
export function readForUsage(relay: Relay): void {
  const isWaiting = relay.isPaused || relay.isHeldBack;
  relay.isPaused = false;
  relay.isHeldBack = false;
  if (isWaiting) readOn(relay);
}

function readOn(relay: Relay): void {
  if (!relay.isPaused && !relay.isHeldBack && relay.phase !== "done") relay.upstream?.resume();
}

/** Ends a started reply with an error: in the stream where there is one, else by breaking the connection (3.5, T12). */
export function cutReply(relay: Relay, error: AppError): void {
  const { exchange, deps } = relay.ask;
  if (!relay.isStream) {
    exchange.reply.destroy();
    return;
  }
  // An array that lacks what the reader has read has no place for its error.
  const seam = relay.isUncovered ? unreadSeam(relay) : relay.reader?.seam();
  if (relay.isUncovered) dropHeld(relay);
  flush(relay);
  if (seam === null) {
    exchange.reply.destroy();
    return;
  }
  if (seam === undefined && !relay.isBetweenEvents) exchange.reply.write(EVENT_END);
  exchange.reply.end(
    exchange.protocol.renderStreamError(error, { ...errorContextOf(exchange, deps), ...placeOf(relay, seam) }),
  );
}

/** Where the error stands: in an array of events, or behind numbered ones. */
function placeOf({ reader }: Relay, seam: string | undefined): Pick<ErrorContext, "seam" | "lastSequenceNumber"> {
  if (seam !== undefined) return { seam };
  const lastSequenceNumber = reader?.read().sequenceNumber;
  return lastSequenceNumber === undefined ? {} : { lastSequenceNumber };
}

function unreadSeam({ reader }: Relay): null | undefined {
  return reader?.seam() === undefined ? undefined : null;
}

/** Ends a relay after a fault of ours: the connection is broken rather than ended, so that nothing looks complete. */
export function crash(relay: Relay, error: AppError): void {
  relay.upstream?.abort();
  if (relay.phase !== "done") finish(relay, { outcome: "interrupted", code: error.code, charge: "seen", cause: error });
  const { reply } = relay.ask.exchange;
  if (reply.isStarted && !reply.isClosed) reply.destroy();
}

/** An error event after half an event would be read as its rest. */
function endsEvent(bytes: Uint8Array): boolean {
  const [third, before, last] = bytes.subarray(-3);
  return bytes.length >= 3 && last === 10 && (before === 10 || (before === 13 && third === 10));
}
