/** How the scripted upstream answers one request. Times are ms. */
export type Script = {
  /** HTTP status; from 400 the body is an error of the protocol. */
  readonly status: number;
  /** `type` and `code` of the error body; empty = the usual one of the status. */
  readonly errorType: string;
  /** Before the reply's head. */
  readonly delayMs: number;
  /** Pieces of the text, and the pause between two of them in a stream. */
  readonly chunks: number;
  readonly intervalMs: number;
  /** Tokens reported; -1 = counted from the request and the text. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  /** Parts of the input written to a cache, and of the output thought: both are contained in `inputTokens` and `outputTokens`. */
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  /** Name of the tool that is called instead of a text; empty = none. Its arguments are `toolInput`, as JSON. */
  readonly tool: string;
  readonly toolInput: string;
  /** Ends the ids of the reply: `chatcmpl-<id>`, `msg_<id>`, `resp_<id>`. */
  readonly id: string;
  /** Answer text; empty = the default sentence. */
  readonly text: string;
  /** What goes wrong: `cut` ends the socket in mid-stream, `no-end` leaves out the terminal event, `error-first` and `error-mid` send an error
   * event, `error-bare` in mid-stream the event that a vendor has beside the one that ends its object (Responses: `error`), `no-usage` counts nothing, `reset` closes the socket before the head, `hang` never answers, `stall` stops after the first chunk. */
  readonly fault: Fault;
};

export const FAULTS = [
  "",
  "cut",
  "no-end",
  "error-first",
  "error-mid",
  "error-bare",
  "no-usage",
  "reset",
  "hang",
  "stall",
] as const;
export type Fault = (typeof FAULTS)[number];

export const PLAIN_SCRIPT: Script = {
  status: 200,
  errorType: "",
  delayMs: 0,
  chunks: 8,
  intervalMs: 0,
  inputTokens: -1,
  outputTokens: -1,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  tool: "",
  toolInput: '{"city":"Paris"}',
  id: "scripted",
  text: "",
  fault: "",
};

/** The request header that scripts one reply: `delayMs=100; status=429; fault=cut`. It passes through a gateway like any unknown header. */
export const SCRIPT_HEADER = "x-upstream-script";

const NUMBERS = [
  ...(["status", "delayMs", "chunks", "intervalMs", "inputTokens", "outputTokens", "cachedTokens"] as const),
  ...(["cacheWriteTokens", "reasoningTokens"] as const),
];
type NumberField = (typeof NUMBERS)[number];
const TEXTS: readonly string[] = ["text", "errorType", "tool", "toolInput", "id"];

/** Reads the value of the script header on top of `base`. Unknown names and bad numbers throw, so that a test cannot misspell a script. */
export function parseScript(header: string, base: Script): Script {
  const overrides: Record<string, string | number> = {};
  for (const part of header.split(";")) {
    const [name = "", ...rest] = part.split("=");
    const key = name.trim();
    const value = rest.join("=").trim();
    if (key === "") continue;
    if ((NUMBERS as readonly string[]).includes(key)) {
      const number = Number(value);
      if (!Number.isInteger(number)) throw new Error(`script: ${key} is not a whole number`);
      overrides[key as NumberField] = number;
    } else if (key === "fault" && (FAULTS as readonly string[]).includes(value)) overrides.fault = value;
    else if (TEXTS.includes(key)) overrides[key] = value;
    else throw new Error(`script: unknown word ${part.trim()}`);
  }
  return { ...base, ...overrides };
}
