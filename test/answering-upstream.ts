import { AppError, type ErrorCode } from "@/core/errors";
import type { UpstreamCall, UpstreamClient, UpstreamSink } from "@/gateway/gateway-deps";
import type { UpstreamRequest } from "@/protocols/protocol";
import type { FakeClock } from "./fake-clock";

/** How an upstream answers one request; unless told with status 200 and 100 + 50 tokens after 100 ms. */
export type UpstreamAnswer = {
  readonly latencyMs?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** null: the reply tells no usage. */
  readonly usage?: { readonly input: number; readonly output: number } | null;
  /** The body of its reply, in place of one that tells the usage: text and bytes as they are, anything else as JSON. */
  readonly body?: unknown;
  /** It fails this way instead of answering, or after its events. */
  readonly fault?: ErrorCode;
  /** It streams these instead of a body, so many ms after its head or the one before. */
  readonly events?: readonly { readonly afterMs: number; readonly text: string | Buffer }[];
};

/** An upstream without a network that answers by a script, and what it saw. */
export function answeringUpstream(
  clock: FakeClock,
  script: (request: UpstreamRequest, index: number) => UpstreamAnswer,
) {
  const state = { open: 0, most: 0, sent: 0, requests: [] as UpstreamRequest[] };
  const client: UpstreamClient = {
    send(request, _options, sink) {
      const answer = script(request, state.sent++);
      state.requests.push(request);
      state.most = Math.max(state.most, ++state.open);
      return speak(answer, sink, { clock, close: () => void state.open-- });
    },
    close: () => Promise.resolve(),
  };
  return { client, state };
}

type Speaking = { readonly clock: FakeClock; close(): void };

/** Answers one request by its script. */
function speak(answer: UpstreamAnswer, sink: UpstreamSink, { clock, close }: Speaking): UpstreamCall {
  const { latencyMs = 100, status = 200, headers = {}, usage = USAGE, body, fault, events } = answer;
  let isOpen = true;
  let cancel = () => {};
  const end = (last: () => void) => {
    isOpen = false;
    close();
    last();
  };
  const next = (index: number) => {
    const event = events?.[index];
    if (event === undefined)
      return end(() => (fault === undefined ? sink.onEnd(null) : sink.onError(new AppError(fault))));
    cancel = clock.after(event.afterMs, () => {
      sink.onChunk(typeof event.text === "string" ? Buffer.from(event.text) : event.text);
      if (isOpen) next(index + 1);
    });
  };
  cancel = clock.after(latencyMs, () => {
    if (events !== undefined) {
      sink.onHead(status, { "content-type": "text/event-stream", ...headers });
      return next(0);
    }
    if (fault !== undefined) return end(() => sink.onError(new AppError(fault)));
    end(() => {
      sink.onHead(status, { "content-type": "application/json", ...headers });
      sink.onEnd(body === undefined ? bodyOf(usage) : bytesOf(body));
    });
  });
  return {
    pause() {},
    resume() {},
    abort() {
      cancel();
      if (isOpen) end(() => {});
    },
  };
}

const USAGE = { input: 100, output: 50 };

function bodyOf(usage: UpstreamAnswer["usage"]): Uint8Array {
  const told = usage ? { usage: { prompt_tokens: usage.input, completion_tokens: usage.output } } : {};
  return Buffer.from(JSON.stringify({ choices: [], ...told }));
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}
