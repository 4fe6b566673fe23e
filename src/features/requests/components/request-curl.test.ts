import { expect, test } from "vitest";
import { requestCurl } from "./request-curl";

const BASE = "https://llm.example.com";
const chat = { operation: "chat", model: "gpt-5-mini", stream: true };

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
  const command = requestCurl({ operation: "message", model: "claude", stream: false }, BASE);
  expect(command).toContain("/v1/messages");
  expect(command).toContain("anthropic-version");
  expect(command).toContain('"max_tokens":64');
  expect(command).not.toContain("stream");
});

test("a list of models has no body", () => {
  expect(requestCurl({ operation: "models", model: null, stream: false }, BASE)).not.toContain("-d");
});

test("a quote in a model's name does not end the argument", () => {
  expect(requestCurl({ ...chat, model: "it's" }, BASE)).toContain(`"it'\\''s"`);
});
