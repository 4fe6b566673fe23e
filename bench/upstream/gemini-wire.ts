import { type Answer, type Counts, type Events, JSON_TYPE, json, type Wire } from "./wire";

const usageOf = (counts: Counts) => ({
  promptTokenCount: counts.input,
  ...(counts.cached > 0 ? { cachedContentTokenCount: counts.cached } : {}),
  candidatesTokenCount: counts.output - counts.reasoning,
  ...(counts.reasoning > 0 ? { thoughtsTokenCount: counts.reasoning } : {}),
  totalTokenCount: counts.input + counts.output,
  promptTokensDetails: [{ modality: "TEXT", tokenCount: counts.input }],
  trafficType: "ON_DEMAND",
});

const textPart = (text: string) => ({ text });

function wholePart({ tool, pieces }: Answer) {
  if (tool === null) return textPart(pieces.join(""));
  return { functionCall: { name: tool.name, args: JSON.parse(tool.input) as unknown } };
}

function elementOf(answer: Answer, part: object, isLast: boolean) {
  const { counts, ask, id } = answer;
  const end = isLast ? { finishReason: "STOP" } : {};
  // What is told before the end counts no output yet.
  const seen = counts === null || isLast ? counts : { ...counts, output: 0, reasoning: 0 };
  return {
    candidates: [{ content: { parts: [part], role: "model" }, ...end, index: 0 }],
    ...(seen === null ? {} : { usageMetadata: usageOf(seen) }),
    modelVersion: ask.model,
    responseId: id,
  };
}

const STATUSES = new Map([
  [400, "INVALID_ARGUMENT"],
  [401, "UNAUTHENTICATED"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [429, "RESOURCE_EXHAUSTED"],
  [500, "INTERNAL"],
  [503, "UNAVAILABLE"],
]);

const errorOf = (code: number, message: string, type: string) => ({
  error: { code, message, status: type || STATUSES.get(code) || "UNKNOWN" },
});

/** The body of an error of Gemini's interfaces. */
export function geminiError(status: number, type: string): string {
  return JSON.stringify(errorOf(status, `Scripted error ${status}`, type));
}

/** A stream: events with `alt=sse`, else one JSON array that grows. */
function eventsOf(answer: Answer): Events {
  const isSse = answer.ask.query.get("alt") === "sse";
  let isFirst = true;
  const send = (value: unknown) => {
    const before = isFirst ? "[" : "\n,\r\n";
    isFirst = false;
    return isSse ? `data: ${JSON.stringify(value)}\r\n\r\n` : `${before}${JSON.stringify(value)}`;
  };
  const close = (text: string) => (isSse ? text : `${text}\n]`);
  return {
    contentType: isSse ? "text/event-stream" : JSON_TYPE,
    head: () => "",
    piece: (text) => (answer.tool === null ? send(elementOf(answer, textPart(text), false)) : ""),
    tail(hasEnd) {
      if (!hasEnd) return "";
      return close(send(elementOf(answer, answer.tool === null ? textPart("") : wholePart(answer), true)));
    },
    error: (type) => close(send(errorOf(type === "RESOURCE_EXHAUSTED" ? 429 : 503, "Scripted stream error", type))),
  };
}

/** Gemini `:generateContent` and `:streamGenerateContent`. */
export const generateWire: Wire = {
  reply: (answer) => json(elementOf(answer, wholePart(answer), true)),
  events: eventsOf,
  error: geminiError,
};

/** Gemini `:countTokens`. */
export const geminiTokensWire: Wire = {
  reply({ ask, counts }) {
    const tokenCount = counts?.input ?? ask.inputTokens;
    return json({ totalTokens: tokenCount, promptTokensDetails: [{ modality: "TEXT", tokenCount }] });
  },
  events: null,
  error: geminiError,
};

const VALUES = [0.25, -0.5, 0.125];

/** Gemini `:embedContent` and `:batchEmbedContents`. */
export const geminiEmbedWire: Wire = {
  reply({ ask }) {
    const asked = ask.fields.requests;
    if (!ask.path.endsWith(":batchEmbedContents")) return json({ embedding: { values: VALUES } });
    return json({ embeddings: Array.isArray(asked) ? asked.map(() => ({ values: VALUES })) : [] });
  },
  events: null,
  error: geminiError,
};
