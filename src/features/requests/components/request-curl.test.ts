import { describe, expect, test } from "vitest";
import { requestCurl } from "./request-curl";

const BASE = "https://llm.example.com";
const chat = { operation: "chat", protocol: "openai-chat", model: "gpt-5-mini", stream: true };

test("a chat becomes a call to chat completions that reads the key from the environment", () => {
  expect(requestCurl(chat, BASE)).toBe(
    [
      "curl https://llm.example.com/v1/chat/completions",
      '-H "Authorization: Bearer $SLUICE_KEY"',
      '-H "Content-Type: application/json"',
      `-d '{"model":"gpt-5-mini","stream":true,"messages":[{"role":"user","content":"Hello"}]}'`,
    ].join(" \\\n  "),
  );
});

test("a message becomes a call in the other wire format, with the tokens it needs", () => {
  const command = requestCurl(
    { ...chat, operation: "message", protocol: "anthropic-messages", model: "claude", stream: false },
    BASE,
  );
  expect(command).toContain("/v1/messages");
  expect(command).toContain("anthropic-version");
  expect(command).toContain('"max_tokens":64');
  expect(command).not.toContain("stream");
});

test("a list of models has no body", () => {
  expect(requestCurl({ ...chat, operation: "models", model: null, stream: false }, BASE)).not.toContain("-d");
});

test("a quote in a model's name does not end the argument", () => {
  expect(requestCurl({ ...chat, model: "it's" }, BASE)).toContain(`"it'\\''s"`);
});

const OPENAI = "Authorization: Bearer";
const ANTHROPIC = "x-api-key:";
const GOOGLE = "x-goog-api-key:";

describe("every operation is asked at its own path, with its own key header", () => {
  test.each([
    ["chat", "openai-chat", "/v1/chat/completions", OPENAI, '"messages":'],
    ["completion", "openai-chat", "/v1/completions", OPENAI, '"prompt":'],
    ["embedding", "openai-chat", "/v1/embeddings", OPENAI, '"input":'],
    ["moderation", "openai-chat", "/v1/moderations", OPENAI, '"input":'],
    ["image", "openai-chat", "/v1/images/generations", OPENAI, '"prompt":'],
    ["speech", "openai-chat", "/v1/audio/speech", OPENAI, '"voice":'],
    ["response", "openai-responses", "/v1/responses", OPENAI, '"input":'],
    ["response_compact", "openai-responses", "/v1/responses/compact", OPENAI, '"input":'],
    ["count_tokens", "openai-responses", "/v1/responses/input_tokens", OPENAI, '"input":'],
    ["message", "anthropic-messages", "/v1/messages", ANTHROPIC, '"max_tokens":64'],
    ["count_tokens", "anthropic-messages", "/v1/messages/count_tokens", ANTHROPIC, '"messages":'],
  ])("%s of %s", (...[operation, protocol, path, header, field]) => {
    const command = requestCurl({ operation, protocol, model: "m", stream: false }, BASE);
    expect(command.split(" \\\n")[0]).toBe(`curl ${BASE}${path}`);
    expect(command).toContain(header);
    expect(command).toContain(field);
    expect(command).toContain('"model":"m"');
    expect(command).not.toContain("stream");
  });

  test.each([
    ["generate", false, ":generateContent", '"contents":'],
    ["embedding", false, ":embedContent", '"content":'],
    ["count_tokens", false, ":countTokens", '"contents":'],
  ])("%s of gemini names the model in the path", (...[operation, stream, method, field]) => {
    const command = requestCurl({ operation, protocol: "gemini", model: "gemini-3", stream }, BASE);
    expect(command.split(" \\\n")[0]).toBe(`curl ${BASE}/v1beta/models/gemini-3${method}`);
    expect(command).toContain(GOOGLE);
    expect(command).toContain(field);
    expect(command).not.toContain('"model"');
  });

  test("a stream of gemini has an address with a query, which a shell must not read", () => {
    const command = requestCurl({ operation: "generate", protocol: "gemini", model: "a/b", stream: true }, BASE);
    expect(command).toContain(`curl '${BASE}/v1beta/models/a%2Fb:streamGenerateContent?alt=sse'`);
  });

  test("a transcription is a form with a file", () => {
    const command = requestCurl(
      { operation: "transcription", protocol: "openai-chat", model: "it's", stream: true },
      BASE,
    );
    expect(command.split(" \\\n  ")).toEqual([
      `curl ${BASE}/v1/audio/transcriptions`,
      '-H "Authorization: Bearer $SLUICE_KEY"',
      "-F 'model=it'\\''s'",
      "-F 'stream=true'",
      "-F 'file=@audio.mp3'",
    ]);
  });

  test("a stream of speech is asked by its format", () => {
    const command = requestCurl({ operation: "speech", protocol: "openai-chat", model: "m", stream: true }, BASE);
    expect(command).toContain('"stream_format":"sse"');
  });
});
