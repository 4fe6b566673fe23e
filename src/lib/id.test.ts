import { expect, test } from "vitest";
import { dashedUuid, parseRequestId, requestIdOf, uuidv7Hex, uuidv7Source } from "./id";

const MAKERS = [
  ["one by one", uuidv7Hex],
  ["from a source", uuidv7Source()],
] as const;

test.each(MAKERS)("an id made %s is a UUIDv7 that begins with its milliseconds", (_, make) => {
  const now = Date.parse("2026-11-21T12:00:00.123Z");
  const hex = make(now);
  expect(hex).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  expect(Number.parseInt(hex.slice(0, 12), 16)).toBe(now);
});

test.each(MAKERS)("ids of one millisecond made %s differ", (_, make) => {
  expect(new Set(Array.from({ length: 10_000 }, () => make(1))).size).toBe(10_000);
});

test("a request id is read with its prefix, with dashes and in capitals, and nothing else is", () => {
  const hex = uuidv7Hex(1_795_262_400_000);
  expect(parseRequestId(requestIdOf(hex))).toBe(hex);
  expect(parseRequestId(dashedUuid(hex).toUpperCase())).toBe(hex);
  expect(parseRequestId("req_zz")).toBeNull();
  expect(parseRequestId(`${hex}0`)).toBeNull();
});
