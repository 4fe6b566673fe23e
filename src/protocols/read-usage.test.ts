import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messagesUsage } from "./anthropic-messages/read-usage";
import { chatUsage } from "./openai-chat/read-usage";
import type { JsonRecord } from "./parse-json";
import { mergeUsage } from "./usage-counts";

const details = (prompt: JsonRecord, completion: JsonRecord = {}): JsonRecord => ({
  prompt_tokens_details: prompt,
  completion_tokens_details: completion,
});

describe("chat usage in normal form", () => {
  const vectors: readonly [string, JsonRecord, JsonRecord, string[]][] = [
    [
      "G1",
      { prompt_tokens: 10000, completion_tokens: 500, ...details({ cached_tokens: 6000 }, { reasoning_tokens: 300 }) },
      { input_text: 4000, cache_read_text: 6000, output_text: 500 },
      [],
    ],
    [
      "G2",
      { prompt_tokens: 10000, completion_tokens: 100, ...details({ cached_tokens: 2000, cache_write_tokens: 5000 }) },
      { input_text: 3000, cache_read_text: 2000, cache_write: 5000, output_text: 100 },
      [],
    ],
    [
      "G10",
      { prompt_tokens: 100, completion_tokens: 10, total_tokens: 410, ...details({}, { reasoning_tokens: 300 }) },
      { input_text: 100, output_text: 310 },
      ["total_gap"],
    ],
    [
      "G11",
      { prompt_tokens: 5000, prompt_cache_hit_tokens: 4096, completion_tokens: 300 },
      { input_text: 904, cache_read_text: 4096, output_text: 300 },
      [],
    ],
    [
      "G12",
      { prompt_tokens: 1200, completion_tokens: 400, ...details({ audio_tokens: 1000 }, { audio_tokens: 320 }) },
      { input_text: 200, input_audio: 1000, output_text: 80, output_audio: 320 },
      [],
    ],
    [
      "G13",
      { prompt_tokens: 100, ...details({ cached_tokens: 160 }) },
      { cache_read_text: 100 },
      ["usage_inconsistent"],
    ],
    [
      "G32",
      { prompt_tokens: 1000, completion_tokens: 10, ...details({ cached_tokens: 800 }) },
      { input_text: 200, cache_read_text: 800, output_text: 10 },
      [],
    ],
    ["cached_tokens at the top", { prompt_tokens: 10, cached_tokens: 4 }, { input_text: 6, cache_read_text: 4 }, []],
    ["fractions", { prompt_tokens: 10.9, completion_tokens: 1.5 }, { input_text: 10, output_text: 1 }, []],
    ["nothing usable", { prompt_tokens: "10", completion_tokens: -3, total_tokens: null }, {}, []],
    ["a count beyond 2^53", { prompt_tokens: 1e300, completion_tokens: 1 }, { output_text: 1 }, ["usage_inconsistent"]],
  ];
  test.each(vectors)("%s", (...vector) => {
    const [, usage, counts, flags] = vector;
    expect(chatUsage(usage, null)).toMatchObject({ flags, source: "upstream" });
    expect(chatUsage(usage, null).counts).toEqual(counts);
  });

  test.each([
    [null, "standard"],
    ["default", "standard"],
    ["auto", "standard"],
    ["flex", "flex"],
    ["priority", "priority"],
    ["fast", "priority"],
    ["scale", "scale"],
  ])("the service tier %j is %s", (tier, expected) => {
    expect(chatUsage({}, tier).tier).toBe(expected);
  });

  test("the classes sum to the totals and are never negative", () => {
    const count = fc.oneof(
      fc.integer({ min: -5, max: 2 ** 31 }),
      fc.constantFrom(null, undefined, "7", 1.5, Number.NaN),
    );
    const usage = fc.record({
      prompt_tokens: fc.nat(),
      completion_tokens: fc.nat(),
      total_tokens: count,
      cached_tokens: count,
      prompt_tokens_details: fc.record({
        cached_tokens: count,
        cache_write_tokens: count,
        audio_tokens: count,
        image_tokens: count,
      }),
      completion_tokens_details: fc.record({ audio_tokens: count, image_tokens: count, reasoning_tokens: count }),
    });
    fc.assert(
      fc.property(usage, (raw) => {
        const { counts } = chatUsage(raw, null);
        const sum = (prefixes: string[]) =>
          Object.entries(counts).reduce(
            (total, [name, n]) => total + (prefixes.some((p) => name.startsWith(p)) ? n : 0),
            0,
          );
        expect(Object.values(counts).every((n) => Number.isSafeInteger(n) && n > 0)).toBe(true);
        expect(sum(["input", "cache"])).toBe(raw.prompt_tokens);
        const total = typeof raw.total_tokens === "number" && raw.total_tokens > 0 ? Math.floor(raw.total_tokens) : 0;
        expect(sum(["output"])).toBe(Math.max(raw.completion_tokens, total - raw.prompt_tokens));
      }),
    );
  });
});

describe("Messages usage in normal form", () => {
  const creation = (short: number, long: number) => ({
    cache_creation: { ephemeral_5m_input_tokens: short, ephemeral_1h_input_tokens: long },
  });
  const vectors: readonly [string, JsonRecord, JsonRecord][] = [
    [
      "G14",
      {
        ...{
          input_tokens: 2000,
          cache_read_input_tokens: 30000,
          cache_creation_input_tokens: 5000,
          output_tokens: 700,
        },
        ...creation(1000, 4000),
      },
      { input_text: 2000, cache_read_text: 30000, cache_write: 1000, cache_write_long: 4000, output_text: 700 },
    ],
    [
      "G15",
      { input_tokens: 2000, cache_creation_input_tokens: 5000, cache_creation: null, output_tokens: 700 },
      { input_text: 2000, cache_write: 5000, output_text: 700 },
    ],
    [
      "a part outside the breakdown is short",
      { input_tokens: 1, cache_creation_input_tokens: 500, output_tokens: 1, ...creation(100, 300) },
      { input_text: 1, cache_write: 200, cache_write_long: 300, output_text: 1 },
    ],
  ];
  test.each(vectors)("%s", (_, usage, counts) => {
    expect(messagesUsage(usage, false)).toMatchObject({ tier: "standard", flags: [], parts: [] });
    expect(messagesUsage(usage, false).counts).toEqual(counts);
  });

  test("compactions and advisers are parts of their own, other iterations are not (G21)", () => {
    const usage = messagesUsage(
      {
        input_tokens: 4000,
        output_tokens: 600,
        iterations: [
          { type: "compaction", input_tokens: 180000, output_tokens: 2500 },
          { type: "message", input_tokens: 4000, output_tokens: 600 },
          { type: "advisor_message", model: "echo", input_tokens: 823, output_tokens: 531 },
          null,
        ],
      },
      false,
    );
    expect(usage.counts).toEqual({ input_text: 4000, output_text: 600 });
    expect(usage.parts).toEqual([
      { model: null, counts: { input_text: 180000, output_text: 2500 } },
      { model: "echo", counts: { input_text: 823, output_text: 531 } },
    ]);
  });

  test("web searches count, web fetches are free (G22)", () => {
    const usage = {
      input_tokens: 9000,
      output_tokens: 900,
      server_tool_use: { web_search_requests: 4, web_fetch_requests: 7 },
    };
    expect(messagesUsage(usage, false).tools).toEqual({ web_search: 4 });
    expect(messagesUsage({ server_tool_use: { web_search_requests: 0 } }, false).tools).toEqual({});
  });

  test("fast speed is the tier, else the service tier is (G23)", () => {
    expect(
      messagesUsage({ input_tokens: 1000, output_tokens: 200, speed: "fast", service_tier: "standard" }, false).tier,
    ).toBe("fast");
    expect(messagesUsage({ service_tier: "priority" }, false).tier).toBe("priority");
    expect(messagesUsage({ service_tier: null, speed: "standard" }, false).tier).toBe("standard");
  });

  test("a channel that counts as OpenAI does has its cache taken out of the input", () => {
    const usage = { input_tokens: 100, cache_read_input_tokens: 60, cache_creation_input_tokens: 50, output_tokens: 1 };
    expect(messagesUsage(usage, true)).toMatchObject({
      counts: { cache_read_text: 60, cache_write: 40, output_text: 1 },
      flags: ["usage_inconsistent"],
    });
  });
});

describe("merging usage", () => {
  test("the last value wins, null and a later zero do not erase, arrays are replaced", () => {
    const first = { a: 1, b: { c: 2, d: 3 }, list: [1, 2], n: 5 };
    const second = { a: 4, b: { c: 0, e: 6 }, list: [3], n: null, z: 0 };
    expect(mergeUsage(first, second)).toEqual({ a: 4, b: { c: 2, d: 3, e: 6 }, list: [3], n: 5, z: 0 });
    expect(first).toEqual({ a: 1, b: { c: 2, d: 3 }, list: [1, 2], n: 5 });
  });
  test("a member named __proto__ stays inert", () => {
    mergeUsage(JSON.parse('{"__proto__":{"x":1}}'), JSON.parse('{"__proto__":{"polluted":1}}'));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
