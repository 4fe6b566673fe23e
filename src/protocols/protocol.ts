import type { ChannelSnapshot } from "@/core/channels/channel";
import type { AppError } from "@/core/errors";
import type { CallUnits } from "@/core/prices/call-units";
import type { Usage } from "@/core/prices/price";
import type { Hold } from "@/core/quota/hold";
import type { OperationName, ProtocolId } from "@/core/vocabulary";
import type { GatewayRequest } from "./exchange";
import type { LimitFacts } from "./limit-headers";
import type { ForwardedRoute, PathNames } from "./routes";

/** A slice of a body that is sent as it is, or bytes put in its place. */
export type BodySlices = readonly Uint8Array[];

/** What a call is read from. */
export type CallAsk = {
  readonly request: GatewayRequest;
  /** Decoded; empty when the route takes none. */
  readonly body: Uint8Array;
  readonly route: ForwardedRoute;
  /** What the path names. */
  readonly names: PathNames;
};

/** The first line of a call on its way up: `{model}` in the path stands for the channel's name of the model. */
export type CallLine = { readonly method: ForwardedRoute["method"]; readonly path: string };

/** What a request asks, read in one scan of its body. */
export type Call = {
  readonly operation: OperationName;
  readonly line: CallLine;
  /** Empty: the call is about a stored response, whose home knows the model. */
  readonly model: string;
  /** Further models that the body names and that may run on its behalf (protocols-and-pricing.md N4). */
  readonly secondaryModels: readonly string[];
  readonly stream: boolean;
  /** Client asked for usage in the stream itself, so nothing is stripped from it. */
  readonly asksStreamUsage: boolean;
  /** The client's max-token field; null = none. */
  readonly maxOutputTokens: number | null;
  /** n, best_of: multiplies the estimate; 1..128. */
  readonly choices: number;
  /** It declares tools. */
  readonly hasTools: boolean;
  /** The most units of each tool that the vendor runs and counts: `web_search` 5. */
  readonly toolUnits: Readonly<Record<string, number>>;
  /** Images, speech and audio that it asks for; absent: text alone. */
  readonly units?: CallUnits;
  /** Service tier asked for; `standard` when none. */
  readonly tier: string;
  /** Bytes of the decoded body outside blobs, and number of blobs (protocols-and-pricing.md 4.2). */
  readonly textBytes: number;
  readonly blobCount: number;
  /** Protocol-private result of the scan, needed to build the upstream request. */
  readonly scan: unknown;
  /** What the body calls its conversation, its cache or its user; null: nothing (channels-and-rates.md S4). */
  readonly conversation: string | null;
  /** What the body says of who sends it, by the names of its fields, for attribution; absent: nothing (protocols-and-pricing.md 2.2). */
  readonly marks?: Readonly<Record<string, string>> | undefined;
  /** The stored response that it goes on from; null: none. */
  readonly previousResponseId: string | null;
};

/** One upstream request, ready to send. */
export type UpstreamRequest = {
  readonly method: CallLine["method"];
  /** Absolute URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: BodySlices;
  readonly contentLength: number;
  /** True when `stream_options.include_usage` was injected: the usage event is stripped from the reply (T8). */
  readonly injectedUsage: boolean;
};

/** What a reader learnt from a reply so far. */
export type ReplyReading = {
  /** Usage in normal form; null when none was seen. */
  readonly usage: Usage | null;
  /** The protocol's terminal event or a complete body was seen (T9). */
  readonly isComplete: boolean;
  /** An error inside the stream: the status it stands for (429, 500, 529) and the upstream's type. */
  readonly error: { readonly status: number; readonly type: string } | null;
  /** Content events and the bytes of their text, for the estimate of a cut stream (T11). */
  readonly contentEvents: number;
  readonly contentBytes: number;
  /** Id of a response that the upstream stores; absent: it stores none. */
  readonly responseId?: string;
  /** The last number by which the events of a stream are counted; absent: they are not. */
  readonly sequenceNumber?: number;
  /** The model that the reply says it is of; absent: it says none, or nobody asks. */
  readonly model?: string;
  /** Units of tools that the vendor ran, of a reply that has told no usage yet; absent: none. */
  readonly tools?: Readonly<Record<string, number>>;
};

/** Reads one upstream reply in one pass while it is relayed. */
export type ReplyReader = {
  /** The reply comes piece by piece, so that an error may follow in it. */
  readonly isStream: boolean;
  /** Takes the next chunk and returns what may be sent to the client now: the same object when untouched. Never throws. */
  push(chunk: Uint8Array): Uint8Array;
  /** Clean end of the upstream body: what is still held back. Not called when the body broke off. */
  end(): Uint8Array;
  /**
   * Streams only: what the first complete event was; `none` until then, and as long `push` hands out nothing (T3).
   * Bodies that are no stream answer `content`.
   */
  firstEvent(): "none" | "content" | "error";
  read(): ReplyReading;
  /** The terminal event was read, behind which nothing that counts can come; absent: only the end of the reply tells. */
  isOver?(): boolean;
  /** Bytes handed out of an event whose end has not come: its content is in no reading yet. */
  unreadBytes(): number;
  /**
   * A stream that is one JSON array: what must stand between the bytes handed out and a further element; null: no element can follow them.
   * Undefined: the stream is of events.
   */
  seam(): string | null | undefined;
};

/** What a call is built from on its way to a channel. */
export type UpstreamAsk = {
  readonly call: Call;
  readonly request: GatewayRequest;
  readonly channel: ChannelSnapshot;
  /** The channel's name of the model. */
  readonly upstreamModel: string;
  /** What it was admitted under: nothing is built without a reserve (protocols-and-pricing.md N1). */
  readonly hold: Hold;
};

/** What renderError needs besides the error. */
export type ErrorContext = {
  /** Headers of the request, names in lower case: some clients get a shape of their own. */
  readonly client: Readonly<Record<string, string>>;
  /** `req_...` */
  readonly requestId: string;
  /** `{publicUrl}/why/{request id}` or null without a public origin. */
  readonly explainUrl: string | null;
  /** Of the stream that the error ends: the number of its last event; absent: there was none, or its events are not counted. */
  readonly lastSequenceNumber?: number;
  /** The stream is one JSON array, of which the error becomes the last element: what must stand before it. */
  readonly seam?: string;
};

/** A rendered error reply: status, headers of the protocol's shape (content-type, retry hints) and body bytes. */
export type RenderedError = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/** One wire format as one value. Nothing outside src/protocols asks which one it is. */
export type Protocol = {
  readonly id: ProtocolId;
  /** A client may have its whole input written into a cache, at a price of its own. */
  readonly cachesInput: boolean;
  /** The key of a request from the headers of protocols-and-pricing.md 2.1. Throws missing_credential, credential_conflict. */
  readCredential(request: GatewayRequest): string;
  /** Scans the body. Throws invalid_json, invalid_body, invalid_multipart, model_required, background_not_supported. */
  readCall(ask: CallAsk): Call;
  /** Builds URL, headers and spliced body for a channel; `upstreamModel` replaces the model when it differs. */
  buildUpstream(ask: UpstreamAsk): UpstreamRequest;
  /** Headers of an upstream reply that reach the client (protocols-and-pricing.md 2.3). */
  replyHeaders(upstream: Readonly<Record<string, string | string[] | undefined>>): Record<string, string>;
  /** The reader for a reply, chosen by its content-type, not by the request (T1). */
  createReader(ask: {
    contentType: string;
    status: number;
    injectedUsage: boolean;
    channel: ChannelSnapshot;
    /** What was asked: some replies tell nothing of what they cost. */
    call: Call;
  }): ReplyReader;
  /** True for 401, 402, 403 and the account errors of 3.4: the operator's fault, never relayed. */
  isAccountError(status: number, body: Uint8Array): boolean;
  /** Before the first byte: a whole reply. */
  renderError(error: AppError, context: ErrorContext): RenderedError;
  /** After the first byte: bytes to append to the stream (3.5). */
  renderStreamError(error: AppError, context: ErrorContext): Uint8Array;
  /** What a client of a stream is sent while its call waits (T5); null: nothing may be sent. */
  readonly heartbeat: Uint8Array | null;
  /** Headers about limits, for a reply and for an error alike (protocols-and-pricing.md 2.4); a new object. */
  limitHeaders(facts: LimitFacts): Record<string, string>;
  /** Protocols whose models its list shows (protocols-and-pricing.md 1.4); absent: its own. */
  readonly listsFor?: readonly ProtocolId[];
  /** The models list in this protocol's shape. */
  renderModels(models: readonly ListedModel[], query: URLSearchParams): RenderedError;
  /** One listed model in this protocol's shape. */
  renderModel(model: ListedModel): RenderedError;
  /** Header names that carry the request id on this protocol's replies, besides `x-sluice-request-id`. */
  readonly requestIdHeaders: readonly string[];
};

/** One entry of a models list; `createdAt` in epoch ms. */
export type ListedModel = {
  readonly id: string;
  readonly ownedBy: string;
  readonly createdAt: number;
  /** The most output tokens of one reply; absent: not known. */
  readonly maxOutputTokens?: number;
  /** What the channels that serve it in the list's protocol take; absent: nothing. */
  readonly operations?: ReadonlySet<OperationName>;
};
