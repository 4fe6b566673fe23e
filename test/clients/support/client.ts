/** Where a client calls, and with which key. */
export type Target = {
  /** The client's base URL. */
  readonly url: string;
  readonly key: string;
  /** Its own default unless told. */
  readonly maxRetries?: number;
};

/** One question. */
export type Ask = {
  readonly stream: boolean;
  readonly signal?: AbortSignal;
  /** Told of each piece of a streamed text. */
  onText?(text: string): void;
  /** Where the client can choose: whether a stream is to tell its usage. True unless told. */
  readonly wantsUsage?: boolean;
};

/** Tokens as the client shows them, brought to one form: cached ones are part of the input. */
export type Shown = { readonly input: number; readonly output: number };

/** What a client says it got. */
export type Said = { readonly text: string; readonly usage: Shown | null };

/** What became of a tool: the call that the client saw, and the text after its result was sent. */
export type ToolTrip = { readonly name: string; readonly input: unknown; readonly text: string };

/** A real client, brought to one form. */
export type Client = {
  readonly name: string;
  say(at: Target, ask: Ask): Promise<Said>;
  /** Offers the tool `weather`, answers its call with `SUNNY`, and says what came after that. */
  useTool(at: Target, isStream: boolean): Promise<ToolTrip>;
  /** The base URL that its vendor writes down, from the host's. */
  readonly base: (url: string) => string;
  /** Base URLs without a version, with it, and with it doubled, from the gateway's. */
  readonly bases: readonly ((url: string) => string)[];
};

export const QUESTION = "What is the weather in Paris?";
export const SUNNY = "sunny, 21 degrees";
export const WEATHER = {
  name: "weather",
  description: "The weather of a city",
  parameters: {
    type: "object" as const,
    properties: { city: { type: "string" as const } },
    required: ["city"],
    additionalProperties: false,
  },
};

/** The class of an error, and all that it says. */
export type SeenError = { readonly kind: string; readonly text: string };

/** Reads a thrown value: the name of its class, or the name it gives itself where the class is a plain Error; `object` for no error at all. */
export function seenError(error: unknown): SeenError {
  if (!(error instanceof Error)) return { kind: typeof error, text: JSON.stringify(error) };
  const ownName = error.constructor.name;
  return { kind: ownName === "Error" ? error.name : ownName, text: error.message };
}
