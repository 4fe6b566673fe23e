import { expect, test } from "vitest";
import { createLogger, redactText } from "./logger";

function capture() {
  const lines: string[] = [];
  return { lines, log: createLogger({}, { write: (line: string) => void lines.push(line) }) };
}

const KEY = "sk-sluice-0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

test("a key never reaches the log, neither by field name nor inside a text", () => {
  const { lines, log } = capture();
  log.warn({ key: KEY, request: { authorization: `Bearer ${KEY}` }, error: new Error(`refused ${KEY}`) }, `saw ${KEY}`);
  expect(lines.join("")).not.toContain(KEY);
  expect(lines.join("")).toContain("[redacted]");
});

test("of an error only name, code, message, stack and cause are kept", () => {
  const { lines, log } = capture();
  const cause = Object.assign(new Error("duplicate"), {
    code: "23505",
    detail: "Key (email)=(a@b.c) exists",
    parameters: ["a@b.c"],
  });
  log.error({ error: new Error("insert failed", { cause }) }, "store");
  const entry = JSON.parse(lines[0] ?? "{}") as { error: { message: string; cause: Record<string, unknown> } };
  expect(entry.error.message).toBe("insert failed");
  expect(Object.keys(entry.error.cause).sort()).toEqual(["code", "message", "name", "stack"]);
});

test.each([
  ["postgres://sluice:hunter2@db:5432/x", "postgres://sluice:[redacted]@db:5432/x"],
  ["GET /v1beta/models?key=abc&x=1", "GET /v1beta/models?key=[redacted]&x=1"],
  ["Bearer abc.def-1", "[redacted]"],
])("%s is logged as %s", (text, expected) => {
  expect(redactText(text)).toBe(expected);
});
