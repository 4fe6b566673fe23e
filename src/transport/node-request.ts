import type { IncomingMessage } from "node:http";
import { AppError } from "@/core/errors";
import type { GatewayRequest } from "@/protocols/exchange";
import { type AdapterOptions, BODY_SILENCE_MS } from "./adapter-options";
import type { BodyBudget } from "./body-budget";
import { type BodyIntake, openIntake } from "./body-intake";

/** A body nobody asked for is read past up to this size, so that the connection can be used again. */
const SKIPPED_BYTES = 64 * 1024;

const NO_QUERY = new URLSearchParams();

/** A request of node:http as the engine sees it, and what its reply must know about the body. Nothing of the body is read at first. */
export class NodeRequest implements GatewayRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
  readonly #message: IncomingMessage;
  readonly #options: AdapterOptions;
  readonly #budget: BodyBudget;
  #reading: Reading | null = null;

  constructor(message: IncomingMessage, options: AdapterOptions, budget: BodyBudget) {
    const url = message.url ?? "/";
    const mark = url.indexOf("?");
    this.method = message.method ?? "GET";
    this.path = mark === -1 ? url : url.slice(0, mark);
    this.query = mark === -1 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1));
    // Requests have no header that node:http gives as a list but one, and that is never looked at.
    this.headers = message.headers as Readonly<Record<string, string>>;
    this.remoteAddress = message.socket.remoteAddress ?? "";
    this.#message = message;
    this.#options = options;
    this.#budget = budget;
  }

  readBody(): Promise<Uint8Array> {
    const intake = openIntake(this.headers, this.#options.bodyLimit, this.#budget);
    this.#reading = { intake, abandon: ignore };
    return this.#gather(intake.open(), this.#reading);
  }

  /** Waits for room, or one microtask: the rest of what came with the head is parsed by then, as a small body nearly always is. */
  async #gather(room: Promise<void> | null, reading: Reading): Promise<Uint8Array> {
    await room;
    const { intake } = reading;
    if (this.#message.complete) {
      // No listener and no timer for it.
      const bytes: Buffer | null = this.#message.read();
      const wait = bytes === null ? null : intake.add(bytes);
      if (wait !== null) await wait;
    } else {
      await gather(this.#message, reading, this.#options);
    }
    const body = intake.finish();
    return body instanceof Uint8Array ? body : await body;
  }

  /** True when the rest of the body is too much to read past: the connection ends with the reply. */
  mustClose(): boolean {
    if (this.#message.complete) return false;
    const length = Number(this.headers["content-length"] ?? 0);
    return this.headers["transfer-encoding"] !== undefined || length > SKIPPED_BYTES;
  }

  /** The reply has ended: a body that is still being read is given up, and its room is given back. */
  release(): void {
    this.#reading?.abandon();
    this.#reading?.intake.release();
  }
}

function ignore(): void {}

/** A body that was asked for. */
type Reading = { readonly intake: BodyIntake; abandon: () => void };

/** Resolves when the body has arrived; rejects with body_too_large, body_timeout, overloaded, or when the client left. */
function gather(message: IncomingMessage, reading: Reading, options: AdapterOptions): Promise<void> {
  const { clock, bodySilenceMs = BODY_SILENCE_MS } = options;
  return new Promise((resolve, reject) => {
    let heardAt = clock.monotonic();
    let cancel = () => {};
    const watch = (ms: number) => {
      cancel = clock.after(ms, () => {
        const left = heardAt + bodySilenceMs - clock.monotonic();
        if (left > 0) watch(left);
        else stop(new AppError("body_timeout"));
      });
    };
    const stop = (error: unknown) => {
      cancel();
      reading.abandon = () => {};
      message.off("data", take).off("end", end).off("error", stop).off("close", leave);
      if (error === null) return resolve();
      message.pause();
      reject(error);
    };
    const take = (chunk: Buffer) => {
      heardAt = clock.monotonic();
      try {
        const wait = reading.intake.add(chunk);
        if (wait === null) return;
        message.pause();
        wait.then(() => message.resume(), stop);
      } catch (error) {
        stop(error);
      }
    };
    const end = () => stop(null);
    const leave = () => stop(new AppError("body_timeout", { cause: "client_gone" }));
    if (message.destroyed) return leave();
    watch(bodySilenceMs);
    reading.abandon = leave; // node:http does not tell a request whose reply has ended that its connection closed
    message.on("data", take).on("end", end).on("error", stop).on("close", leave);
  });
}
