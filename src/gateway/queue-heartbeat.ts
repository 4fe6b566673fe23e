import { AppError } from "@/core/errors";
import type { GatewayReply } from "@/protocols/exchange";
import type { Admitted } from "./admit";
import type { EngineDeps, Exchange } from "./exchange";
import { errorContextOf } from "./fail";
import { measureIfAny } from "./judged-limits";
import { relayedHead } from "./reply-head";

/** The exchange of a call whose client is told that it still waits, and how to stop that. */
export type BeatingExchange = { readonly exchange: Exchange; stop(): void };

const still = (): void => {};

/**
 * A streamed call that waits longer than `queueHeartbeatMs` gets its headers and then a heartbeat of its protocol per period, until the first relayed
 * byte (channels-and-rates.md C8). To everybody else its reply has not begun: another channel may be tried, and an error becomes an event.
 */
export function withHeartbeat(admitted: Admitted, exchange: Exchange, deps: EngineDeps): BeatingExchange {
  const { heartbeat } = exchange.protocol;
  const { queueHeartbeatMs: periodMs } = admitted.target.config.settings;
  if (periodMs === 0 || heartbeat === null || !admitted.call.stream) return { exchange, stop: still };
  const reply = new BeatingReply(exchange, deps);
  let cancel = still;
  const wait = () => {
    cancel = deps.clock.after(periodMs, () => {
      if (reply.beat(heartbeat, () => headOf(admitted, exchange, deps))) wait();
    });
  };
  wait();
  return { exchange: { ...exchange, reply }, stop: () => cancel() };
}

/** The head of a stream that no upstream has answered yet. */
function headOf({ hold, target }: Admitted, exchange: Exchange, deps: EngineDeps) {
  const group = target.config.modelGroupOf(target.model);
  const measured = hold === null ? null : measureIfAny(hold, group);
  return relayedHead({ "content-type": "text/event-stream" }, exchange, { deps, isStream: true, measured, queueMs: 0 });
}

/** A reply that may have been begun by heartbeats while it counts as not started. */
class BeatingReply implements GatewayReply {
  isStarted = false;
  isBeating = false;
  /** What follows the heartbeats is no stream: it cannot be written behind them. */
  #isUnfit = false;
  readonly #exchange: Exchange;
  readonly #deps: EngineDeps;

  constructor(exchange: Exchange, deps: EngineDeps) {
    this.#exchange = exchange;
    this.#deps = deps;
  }

  get isClosed(): boolean {
    return this.#reply.isClosed;
  }

  get #reply(): GatewayReply {
    return this.#exchange.reply;
  }

  /** Tells the client that its call still waits; false: no longer. */
  beat(heartbeat: Uint8Array, head: () => Readonly<Record<string, string>>): boolean {
    if (this.isStarted || this.isClosed) return false;
    if (!this.isBeating) this.#reply.start(200, head());
    this.isBeating = true;
    this.#reply.write(heartbeat);
    return true;
  }

  start(status: number, headers: Readonly<Record<string, string>>): void {
    this.isStarted = true;
    if (!this.isBeating) this.#reply.start(status, headers);
    else this.#isUnfit = status !== 200 || headers["content-type"]?.startsWith("text/event-stream") !== true;
  }

  write(chunk: Uint8Array): boolean {
    return this.#isUnfit || this.#reply.write(chunk);
  }

  drained(): Promise<void> {
    return this.#reply.drained();
  }

  end(chunk?: Uint8Array): void {
    this.isStarted = true;
    if (!this.#isUnfit) {
      this.#reply.end(chunk);
      return;
    }
    const context = errorContextOf(this.#exchange, this.#deps);
    this.#reply.end(this.#exchange.protocol.renderStreamError(new AppError("upstream_error"), context));
  }

  destroy(): void {
    this.isStarted = true;
    this.#reply.destroy();
  }

  onClosed(listener: () => void): () => void {
    return this.#reply.onClosed(listener);
  }
}
