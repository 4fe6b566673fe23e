import { type Problem, toProblem } from "@/components/problem";

/** One call as it is sent. */
export type Call = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; undefined: no body. */
  readonly body: string | undefined;
  /** False: an access token is in the headers, and no sign-in may go with it. */
  readonly withSignIn: boolean;
  readonly signal: AbortSignal;
};

/** What sending needs of the browser. `now` in ms. */
export type Sender = { readonly fetch: typeof fetch; now(): number };

/** What came of a call: a reply, whole or still streaming; or no reply at all. */
export type Answer = {
  /** 0: the server could not be reached. */
  readonly status: number;
  /** Until the whole reply was there, or its stream began, ms. */
  readonly durationMs: number;
  /** What is worth reading, by name in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Laid out when it is JSON. */
  readonly text: string;
  readonly isJson: boolean;
  /** Of a refusal or a fault. */
  readonly problem: Problem | null;
  /** Events of a stream so far, the newest last; null: it is none. */
  readonly events: readonly string[] | null;
};

/** Only the newest events of a stream are kept. */
const MAX_EVENTS = 50;
const TELLING = /^(content-type|etag|location|retry-after|ratelimit.*|x-ratelimit.*|x-sluice-.*|idempotency.*)$/;

/** Sends a call and hears its answer; a stream is heard of with each event until it ends or the call is aborted, which throws. */
export async function sendCall(call: Call, sender: Sender, hear: (answer: Answer) => void): Promise<void> {
  const { method, url, headers, body, signal } = call;
  const startedAt = sender.now();
  const init = { method, headers, signal, ...(body === undefined ? {} : { body }) };
  const elapsed = () => Math.max(0, Math.round(sender.now() - startedAt));
  try {
    const credentials = call.withSignIn ? ("same-origin" as const) : ("omit" as const);
    const response = await sender.fetch(url, { ...init, credentials, cache: "no-store", redirect: "error" });
    const about = { status: response.status, headers: tellingHeaders(response.headers) };
    if (response.headers.get("content-type")?.includes("text/event-stream") === true && response.body !== null) {
      const begun = { ...about, durationMs: elapsed(), text: "", isJson: false, problem: null };
      await hearEvents(response.body, (events) => hear({ ...begun, events }));
      return;
    }
    const text = await response.text();
    hear({ ...about, ...readText(text, response.ok), durationMs: elapsed(), events: null });
  } catch (cause) {
    if (signal.aborted) throw cause;
    const failed = { status: 0, headers: [], text: "", isJson: false, problem: toProblem(null), events: null };
    hear({ ...failed, durationMs: elapsed() });
  }
}

function tellingHeaders(headers: Headers): Answer["headers"] {
  return [...headers].filter(([name]) => TELLING.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
}

function readText(text: string, isOk: boolean): Pick<Answer, "text" | "isJson" | "problem"> {
  const value = parseJson(text);
  if (value === undefined) return { text, isJson: false, problem: isOk ? null : toProblem({ code: "internal_error" }) };
  return { text: JSON.stringify(value, null, 2), isJson: true, problem: isOk ? null : toProblem(value) };
}

/** The value of a JSON text; undefined: it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function hearEvents(body: ReadableStream<Uint8Array>, hear: (events: readonly string[]) => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let events: readonly string[] = [];
  let rest = "";
  hear(events);
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const blocks = (rest + decoder.decode(piece.value, { stream: true })).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    if (blocks.length === 0) continue;
    events = [...events, ...blocks].slice(-MAX_EVENTS);
    hear(events);
  }
}
