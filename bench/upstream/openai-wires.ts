import { openaiError } from "./chat-wire";
import { type Answer, CREATED, json, named, SSE_TYPE, type Wire } from "./wire";

const VALUES = [0.25, -0.5, 0.125];

/** OpenAI Embeddings: one vector per input, as numbers or as base64 of floats. */
export const embeddingWire: Wire = {
  reply({ ask, counts }) {
    const { input, encoding_format: format } = ask.fields;
    const isBatch = Array.isArray(input) && typeof input[0] !== "number";
    const embedding = format === "base64" ? Buffer.from(Float32Array.from(VALUES).buffer).toString("base64") : VALUES;
    const vectors = isBatch ? input : [input];
    const data = vectors.map((_, index) => ({ object: "embedding", index, embedding }));
    const usage = counts === null ? {} : { usage: { prompt_tokens: counts.input, total_tokens: counts.input } };
    return json({ object: "list", data, model: ask.model, ...usage });
  },
  events: null,
  error: openaiError,
};

/** OpenAI Moderations. */
export const moderationWire: Wire = {
  reply({ ask, id }) {
    const result = {
      flagged: false,
      categories: { harassment: false, violence: false },
      category_scores: { harassment: 0.001, violence: 0.002 },
    };
    const inputs = Array.isArray(ask.fields.input) ? ask.fields.input : [ask.fields.input];
    return json({ id: `modr-${id}`, model: ask.model, results: inputs.map(() => result) });
  },
  events: null,
  error: openaiError,
};

const PIXEL = "iVBORw0KGgo=";

function imageUsage({ counts }: Answer) {
  if (counts === null) return {};
  const details = { text_tokens: counts.input, image_tokens: 0 };
  const usage = { input_tokens: counts.input, input_tokens_details: details, output_tokens: counts.output };
  return { usage: { ...usage, total_tokens: counts.input + counts.output } };
}

/** OpenAI Images: generations, edits and variations. */
export const imageWire: Wire = {
  reply(answer) {
    const count = Number(answer.ask.fields.n ?? 1);
    const data = Array.from({ length: count }, () => ({ b64_json: PIXEL }));
    return json({ created: CREATED, data, ...imageUsage(answer) });
  },
  events(answer) {
    const kind = answer.ask.path.endsWith("/edits") ? "image_edit" : "image_generation";
    const event = (type: string, members: object) =>
      named(`${kind}.${type}`, { type: `${kind}.${type}`, created_at: CREATED, b64_json: PIXEL, ...members });
    let index = 0;
    return {
      contentType: SSE_TYPE,
      head: () => "",
      piece: () => event("partial_image", { partial_image_index: index++ }),
      tail: (hasEnd) => (hasEnd ? event("completed", imageUsage(answer)) : ""),
      error: errorEvent,
    };
  },
  error: openaiError,
};

const errorEvent = (type: string) =>
  named("error", {
    type: "error",
    error: { type: type || "server_error", message: "Scripted stream error", code: type || null },
  });

function tokenUsage({ counts }: Answer) {
  if (counts === null) return {};
  const sum = { input_tokens: counts.input, output_tokens: counts.output, total_tokens: counts.input + counts.output };
  return { usage: { type: "tokens", ...sum } };
}

/** OpenAI Speech: bytes, or with `stream_format: sse` events that carry them. */
export const speechWire: Wire = {
  reply: ({ pieces }) => ({ contentType: "audio/mpeg", body: Buffer.from(`ID3${pieces.join("")}`) }),
  events(answer) {
    const event = (type: string, members: object) => named(type, { type, ...members });
    return {
      contentType: SSE_TYPE,
      head: () => "",
      piece: (text) => event("speech.audio.delta", { audio: Buffer.from(text).toString("base64") }),
      tail: (hasEnd) => (hasEnd ? event("speech.audio.done", tokenUsage(answer)) : ""),
      error: errorEvent,
    };
  },
  error: openaiError,
};

/** Seconds of audio that `whisper-1` and a verbose reply tell. */
const SECONDS = 12.34;

/** OpenAI Transcriptions and Translations: `whisper-1` counts seconds, other models tokens. */
export const transcriptionWire: Wire = {
  reply(answer) {
    const { fields, model } = answer.ask;
    const text = answer.pieces.join("");
    if (fields.response_format === "text") return { contentType: "text/plain; charset=utf-8", body: `${text}\n` };
    if (fields.response_format === "verbose_json")
      return json({ task: "transcribe", language: "english", duration: SECONDS, text, segments: [] });
    const isCounted = answer.counts !== null && model === "whisper-1";
    return json({
      text,
      ...(isCounted ? { usage: { type: "duration", seconds: SECONDS } } : tokenUsage(answer)),
    });
  },
  events: (answer) => ({
    contentType: SSE_TYPE,
    head: () => "",
    piece: (delta) => named("transcript.text.delta", { type: "transcript.text.delta", delta }),
    tail: (hasEnd) =>
      hasEnd
        ? named("transcript.text.done", {
            type: "transcript.text.done",
            text: answer.pieces.join(""),
            ...tokenUsage(answer),
          })
        : "",
    error: errorEvent,
  }),
  error: openaiError,
};
