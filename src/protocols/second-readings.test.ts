import { buildCallAsk, buildUpstream, readCall } from "@test/build-call";
import { describe, expect, test } from "vitest";
import type { ChannelSnapshot } from "@/core/channels/channel";
import { openaiChat } from "./openai-chat/adapter";
import { openaiResponses } from "./openai-responses/adapter";

// An upstream may parse a request by other rules than ours. Nothing that goes up may be another model, or more of it, for any of them
// (protocols-and-pricing.md N3, N6).

const CHANNEL = {
  baseUrl: "http://127.0.0.1:1",
  credential: "c",
  headers: { set: {}, remove: [] },
} as unknown as ChannelSnapshot;
const CHAT = "/v1/chat/completions";
const COMPLETION = "/v1/completions";

const typeSent = (contentType: string | null, path: string, body: string) => {
  const headers = contentType === null ? {} : { "content-type": contentType };
  const ask = buildCallAsk({ path, headers, body: Buffer.from(body) });
  return buildUpstream(openaiChat, { ask, channel: CHANNEL }).headers["content-type"];
};

describe("a body that was read as JSON goes up as JSON", () => {
  const body = '{"model":"cheap","x":"&model=dear&prompt=hi&"}';
  test.each(["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"])(
    "%s stays as it is",
    (type) => expect(typeSent(type, CHAT, body)).toBe(type),
  );
  test.each([
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-7",
    "application/json; charset=utf-8; charset=utf-16",
    "text/plain",
    "",
  ])("%j does not", (type) => expect(typeSent(type, COMPLETION, body)).toBe("application/json"));
});

describe("a form", () => {
  const form = (boundary: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="model"\r\n\r\ncheap\r\n--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--${boundary}--`;
  const path = "/v1/audio/transcriptions";

  test.each(["charset=utf-7", "charset=utf-16", "boundary*=utf-8''b", "boundary*0=b", "x=y"])(
    "with the parameter %s could be read otherwise",
    (parameter) => {
      expect(() => typeSent(`multipart/form-data; boundary=a; ${parameter}`, path, form("a"))).toThrow(
        "invalid_multipart",
      );
    },
  );

  test("goes up under its boundary alone", () => {
    expect(typeSent('multipart/form-data; charset=UTF-8; boundary="a b"', path, form("a b"))).toBe(
      'multipart/form-data; boundary="a b"',
    );
  });
});

describe("what multiplies a reply", () => {
  const prompts = ["a", "b", "c"];
  test("prompts count, however the key is spelled", () => {
    const raw = `{"model":"m","pr\\u006fmpt":${JSON.stringify(prompts)}}`;
    expect(readCall(openaiChat, COMPLETION, { model: "m", prompt: prompts }).choices).toBe(3);
    expect(readCall(openaiChat, COMPLETION, raw).choices).toBe(3);
    expect(() => readCall(openaiChat, COMPLETION, '{"model":"m","Prompt":["a","b"]}')).toThrow("invalid_body");
    expect(() => readCall(openaiChat, CHAT, '{"model":"m","Prompt":["a","b"]}')).not.toThrow();
  });

  test.each(['"10"', "[10]", "true", `128.${"0".repeat(5_000)}`])(
    "a number of choices written as %.20s is refused",
    (n) => {
      expect(() => readCall(openaiChat, CHAT, `{"model":"m","n":${n}}`)).toThrow("invalid_body");
    },
  );

  test("a maximum of 0 is none where some upstreams take it for that", () => {
    expect(readCall(openaiChat, CHAT, { model: "m", max_tokens: 0 }).maxOutputTokens).toBeNull();
    const response = readCall(openaiResponses, "/v1/responses", { model: "m", max_output_tokens: 0 });
    expect(response.maxOutputTokens).toBeNull();
  });
});

describe("further models of a chat body", () => {
  test("are those of its lists, as texts or objects", () => {
    const body = { model: "m", models: ["a", "b"], fallbacks: ["b", { model: "c", x: 1 }] };
    expect(readCall(openaiChat, CHAT, body).secondaryModels).toEqual(["a", "b", "c"]);
    expect(readCall(openaiChat, CHAT, { model: "m", models: null, fallbacks: [] }).secondaryModels).toEqual([]);
  });

  test.each([
    { models: "a" },
    { models: [1] },
    { fallbacks: [{ name: "a" }] },
    { fallbacks: [{ Model: "a" }] },
    { fallbacks: [{ model: "a", MODEL: "b" }] },
    { models: Array(2_000).fill("0123456789") },
    { Models: ["a"] },
  ])("are refused where they cannot be told: %.60j", (fields) => {
    expect(() => readCall(openaiChat, CHAT, { model: "m", ...fields })).toThrow("invalid_body");
  });
});

test("counting tokens asks for no stream, whatever its body says", () => {
  const body = { model: "m", input: "x", stream: true };
  expect(readCall(openaiResponses, "/v1/responses/input_tokens", body).stream).toBe(false);
});
