import { buildChannel } from "@test/build-deps";
import { buildForm, FORM_TYPE } from "@test/build-form";
import { describe, expect, test } from "vitest";
import { buildCallAsk, buildUpstream, readCall } from "../../test/build-call";
import { openaiChat } from "./openai-chat/adapter";
import type { Call } from "./protocol";

const CHANNEL = buildChannel({ baseUrl: "https://upstream.example" });
const COMPLETIONS = "/v1/completions";
const EMBEDDINGS = "/v1/embeddings";
const DRAWN = "/v1/images/generations";
const EDITED = "/v1/images/edits";
const SPEECH = "/v1/audio/speech";
const HEARD = "/v1/audio/transcriptions";
const PATHS = [COMPLETIONS, EMBEDDINGS, "/v1/moderations", DRAWN, EDITED, "/v1/images/variations", SPEECH, HEARD];
const FORMS = [EDITED, "/v1/images/variations", HEARD, "/v1/audio/translations"];

const read = (path: string, body: unknown): Call => readCall(openaiChat, path, body);
const readForm = (path: string, parts: Parameters<typeof buildForm>[0], contentType = FORM_TYPE): Call =>
  openaiChat.readCall(buildCallAsk({ path, headers: { "content-type": contentType }, body: buildForm(parts) }));
const codeOf = (run: () => unknown) => {
  try {
    run();
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const variant = (size: string | null, quality: string | null) => ({ size, quality });

describe("what a call of each operation asks for", () => {
  test.each(PATHS)("%s: a model, and nothing without one", (path) => {
    expect(read(path, { model: "m", file: "AAAA" }).model).toBe("m");
    expect(codeOf(() => read(path, {}))).toBe("model_required");
    expect(codeOf(() => read(path, { model: null }))).toBe("invalid_body");
    expect(codeOf(() => read(path, { Model: "m" }))).toBe("invalid_body");
    expect(codeOf(() => read(path, "{"))).toBe("invalid_json");
  });

  test.each(FORMS)("%s as a form: the same", (path) => {
    const file = ["file", new Uint8Array(4)] as const;
    expect(readForm(path, [["model", "m"], file]).model).toBe("m");
    expect(codeOf(() => readForm(path, [["other", "m"]]))).toBe("model_required");
    expect(codeOf(() => readForm(path, [["model", ""]]))).toBe("invalid_body");
    expect(codeOf(() => readForm(path, [["model", "x".repeat(257)]]))).toBe("invalid_body");
    expect(codeOf(() => readForm(path, [["Model", "m"]]))).toBe("invalid_multipart");
    expect(codeOf(() => readForm(path, [["model", "m"]], "multipart/form-data"))).toBe("invalid_multipart");
    expect(
      codeOf(() =>
        readForm(path, [
          ["model", "m"],
          ["model", "m"],
        ]),
      ),
    ).toBe("invalid_multipart");
  });

  test("a completion asks like a chat; each of its prompts is answered by itself", () => {
    const call = read(COMPLETIONS, { model: "m", prompt: "a", max_tokens: 5, n: 2, best_of: 3, stream: true });
    expect(call).toMatchObject({ operation: "completion", maxOutputTokens: 5, choices: 3, stream: true });
    expect(read(COMPLETIONS, { model: "m", prompt: ["a", "b", "c"], n: 2 }).choices).toBe(6);
    expect(read(COMPLETIONS, { model: "m", prompt: [[1, 2], [3]] }).choices).toBe(2);
    expect(read(COMPLETIONS, { model: "m", prompt: [1, 2, 3] }).choices).toBe(1);
    expect(read(COMPLETIONS, { model: "m", prompt: [] }).choices).toBe(1);
  });

  test("an embedding is covered by its bytes and has no output", () => {
    const call = read(EMBEDDINGS, { model: "m", input: ["a".repeat(300), "b".repeat(300)], user: "ada" });
    expect(call).toMatchObject({ operation: "embedding", maxOutputTokens: 0, choices: 1, conversation: "ada" });
    expect(call.textBytes).toBeGreaterThan(600);
    expect(call.units).toBeUndefined();
  });

  test("images: their number and variant", () => {
    const call = read(DRAWN, { model: "m", n: 4, size: "1024x1024", quality: "hd", stream: true });
    expect(call).toMatchObject({ operation: "image", choices: 4, stream: true });
    expect(call.units).toMatchObject({ images: 4, imageVariant: variant("1024x1024", "hd"), output: "output_image" });
    expect(read(DRAWN, { model: "m", n: null, size: 7 }).units).toMatchObject({
      images: 1,
      imageVariant: variant(null, null),
    });
    expect(() => read(DRAWN, { model: "m", n: "4" })).toThrow("invalid_body");
  });

  test("images as a form: the same, and its files are images", () => {
    const file = new Uint8Array(10_000);
    const parts = [
      ["model", "m"],
      ["n", "4"],
      ["size", "auto"],
      ["image[]", file],
      ["mask", file],
      ["stream", "True"],
    ] as const;
    const call = readForm(EDITED, parts);
    expect(call).toMatchObject({ choices: 4, blobCount: 2, stream: true });
    expect(call.units).toMatchObject({ images: 4, imageVariant: variant("auto", null) });
    expect(call.textBytes).toBe(buildForm(parts).length - 20_000);
  });

  test.each([[{ n: 0 }], [{ n: -1 }], [{ n: 1.5 }], [{ n: 129 }], [{ n: 2 ** 60 }], [{ stream: "yes" }], [{ N: 3 }]])(
    "images with %j are refused",
    (fields) => {
      expect(codeOf(() => read(DRAWN, { model: "m", ...fields }))).toBe("invalid_body");
    },
  );

  test.each([
    ["n", "0"],
    ["n", "-1"],
    ["n", "1.5"],
    ["n", "1_0"],
    ["n", "\uff13"],
    ["n", "many"],
    ["stream", "yes"],
  ])("a form with %s of %s is refused", (name, value) => {
    expect(
      codeOf(() =>
        readForm(EDITED, [
          ["model", "m"],
          [name, value],
        ]),
      ),
    ).toBe("invalid_body");
  });

  test.each([
    ["", 0],
    ["plain", 5],
    ["é\u{1f600}", 2],
    ["\ud83d x \ude00", 5],
    ["x".repeat(100_000), 100_000],
  ])("speech: code points of its text", (input, characters) => {
    const call = read(SPEECH, { model: "m", input, stream_format: "sse" });
    expect(call).toMatchObject({ operation: "speech", stream: true, units: { characters, output: "output_audio" } });
  });

  test("speech of anything but text is refused, its stream format tells the stream", () => {
    expect(codeOf(() => read(SPEECH, { model: "m", input: ["a"] }))).toBe("invalid_body");
    expect(codeOf(() => read(SPEECH, { model: "m", input: 5 }))).toBe("invalid_body");
    expect(read(SPEECH, { model: "m", input: null, stream_format: "audio" })).toMatchObject({ stream: false });
    expect(read(SPEECH, '{"model":"m","in\\u0070ut":"abc"}').units?.characters).toBe(3);
  });

  test.each([HEARD, "/v1/audio/translations"])("%s: a duration by the bytes of the file", (path) => {
    const call = readForm(path, [
      ["file", new Uint8Array(16_001)],
      ["model", "m"],
      ["stream", "false"],
    ]);
    expect(call).toMatchObject({
      operation: "transcription",
      stream: false,
      units: { audioMs: 1_001, output: "output_text" },
    });
    expect(call.textBytes).toBeLessThan(1_000);
  });

  test("a transcription as JSON: audio in base64 counts as its bytes; by an address alone there is none", () => {
    const audio = "A".repeat(64_000);
    const ms = 3_000;
    expect(Math.abs((read(HEARD, { model: "m", file: audio }).units?.audioMs ?? 0) - ms)).toBeLessThanOrEqual(1);
    expect(
      Math.abs((read(HEARD, { model: "m", input: { data: audio } }).units?.audioMs ?? 0) - ms),
    ).toBeLessThanOrEqual(1);
    expect(read(HEARD, { model: "m", file: audio }).textBytes).toBeLessThan(100);
    const addressed = { model: "m", file: `https://x/${audio}`, url: "https://x/a.mp3" };
    expect(codeOf(() => read(HEARD, addressed))).toBe("invalid_body");
    const form = [
      ["model", "m"],
      ["url", "https://x/a.mp3"],
    ] as const;
    expect(codeOf(() => readForm(HEARD, form))).toBe("invalid_body");
  });
});

describe("what goes up", () => {
  const send = (path: string, body: Uint8Array, { contentType = "application/json", upstreamModel = "m" } = {}) => {
    const ask = buildCallAsk({ path, body, headers: { "content-type": contentType } });
    const built = buildUpstream(openaiChat, { ask, channel: CHANNEL, upstreamModel });
    return { ...built, text: Buffer.concat(built.body).toString() };
  };

  test.each(PATHS)("%s: the body as it came, with the model that the channel knows", (path) => {
    const text = '{"model" : "m", "file":"AAAA", "input":"a",\n"x":{"model":"m"}}';
    expect(send(path, Buffer.from(text))).toMatchObject({
      text,
      url: `https://upstream.example${path}`,
      injectedUsage: false,
    });
    expect(send(path, Buffer.from(text), { upstreamModel: "other" }).text).toBe(text.replace('"m"', '"other"'));
  });

  test("a streamed completion is asked for its usage, a stream of images is not", () => {
    const body = Buffer.from('{"model":"m","stream":true}');
    expect(send(COMPLETIONS, body)).toMatchObject({ injectedUsage: true });
    expect(send(DRAWN, body)).toMatchObject({ injectedUsage: false, text: body.toString() });
  });

  test("a form whose type names a quoted boundary keeps it", () => {
    const type = 'multipart/form-data; boundary="form-boundary-1"';
    const form = buildForm([
      ["model", "m"],
      ["file", new Uint8Array(4)],
    ]);
    expect(send(HEARD, form, { contentType: type }).headers["content-type"]).toBe(type);
  });
});
