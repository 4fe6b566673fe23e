import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonWatch } from "./watch-json";
import { watchPlan } from "./watch-plan";

const PATHS = ["usage", "choices.usage", "message.usage", "tier"];
const PLAN = watchPlan(PATHS, ["content", "text"]);

type Found = { readonly slot: number; readonly value: unknown };

function watch(json: Buffer, cuts: readonly number[]): { found: Found[]; contentBytes: number; isComplete: boolean } {
  const found: Found[] = [];
  const reader = new JsonWatch(PLAN, (slot, bytes) => found.push({ slot, value: JSON.parse(bytes.toString()) }));
  const edges = [0, ...[...cuts].map((cut) => cut % (json.length + 1)).sort((a, b) => a - b), json.length];
  for (let index = 1; index < edges.length; index++) reader.push(json.subarray(edges[index - 1], edges[index]));
  return { found, contentBytes: reader.contentBytes, isComplete: reader.isComplete };
}

/** What the watch should hand out, by walking the parsed value; paths are followed through four levels of containers. */
function expected(value: unknown, path: readonly string[] = [], level = 1): Found[] {
  if (typeof value !== "object" || value === null || level > 4) return [];
  if (Array.isArray(value)) return value.flatMap((item) => expected(item, path, level + 1));
  return Object.entries(value).flatMap(([key, member]) => {
    const slot = PATHS.indexOf([...path, key].join("."));
    return slot >= 0 && member !== null ? [{ slot, value: member }] : expected(member, [...path, key], level + 1);
  });
}

function contentLength(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce((sum, [key, member]) => {
    const isContent = !Array.isArray(value) && (key === "content" || key === "text") && typeof member === "string";
    return sum + (isContent ? Buffer.byteLength(member) : contentLength(member));
  }, 0);
}

const key = fc.constantFrom("usage", "choices", "message", "tier", "content", "text", "x", 'us"age', "", "content ");
const unit = fc.constantFrom("a", " ", "é", "你", "😀", '"', "\\", "\n", "\t", ":", ",", "{", "}", "[", "]");
const text = fc.string({ unit, maxLength: 12 });
const { node } = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), text, fc.constant('{"usage":1}'), fc.constant('\\"')),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(key, tie("node"), { maxKeys: 5 }),
  ),
}));
const root = fc.dictionary(key, node, { maxKeys: 6 });

test("watched values and content are found at any depth and any cut, as JSON.parse finds them", () => {
  fc.assert(
    fc.property(root, fc.array(fc.nat(), { maxLength: 8 }), fc.constantFrom(0, 1), (value, cuts, indent) => {
      const json = Buffer.from(JSON.stringify(value, null, indent));
      const reference = JSON.parse(json.toString());
      const read = watch(json, cuts);
      expect(read.found).toEqual(expected(reference));
      expect(read.contentBytes).toBe(contentLength(reference));
      expect(read.isComplete).toBe(true);
      expect(watch(json.subarray(0, -1), cuts).isComplete).toBe(false);
    }),
    { numRuns: 3_000 },
  );
});

test("escapes of the \\u form count as three bytes, wherever they are cut", () => {
  const json = Buffer.from('{"content":"a\\u4f60\\n\\"b"}');
  for (let cut = 0; cut <= json.length; cut++) expect(watch(json, [cut]).contentBytes).toBe(1 + 3 + 1 + 1 + 1);
});

test("no bytes make it throw", () => {
  const fragment = fc.constantFrom(
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\",
    "usage",
    '"usage":',
    '"content":"',
    "1",
    "\n",
    "\u{1f600}",
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 4 }), (parts, cuts) => {
      const reader = new JsonWatch(PLAN, () => undefined);
      const bytes = Buffer.from(parts.join(""));
      for (const cut of cuts) reader.push(bytes.subarray(0, cut % (bytes.length + 1)));
      reader.push(bytes);
      expect(reader.contentBytes).toBeGreaterThanOrEqual(-3 * bytes.length);
    }),
  );
});
