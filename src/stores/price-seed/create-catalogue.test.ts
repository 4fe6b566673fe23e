import { calcPrice, findProvider } from "@pydantic/genai-prices";
import { buildUsage } from "@test/build-usage";
import { describe, expect, test } from "vitest";
import { priceUsage } from "@/core/prices/price-usage";
import { PROVIDER_IDS } from "@/core/vocabulary";
import { createCatalogue } from "./create-catalogue";

const catalogue = createCatalogue();
const rowsOf = (provider: string, model: string) => catalogue.rowsOf({ provider, model });

describe("the import", () => {
  test("finds 43 providers and 1,694 models", () => {
    expect(PROVIDER_IDS.filter((id) => findProvider({ providerId: id })?.id === id)).toHaveLength(43);
    expect(catalogue.report.providers).toBe(43);
    expect(catalogue.report.models).toBe(1694);
    expect(catalogue.providers).toEqual(PROVIDER_IDS);
  });

  test("every model has rows but those whose keys are all unknown, and every id is unique and negative", () => {
    expect(catalogue.report.rows).toBe(catalogue.rows.length);
    expect(new Set(catalogue.rows.map(({ provider, model }) => `${provider} ${model}`)).size).toBe(
      1694 - catalogue.report.unpriced.length,
    );
    expect(catalogue.report.unpriced.every((name) => name.startsWith("mistral/mistral-ocr"))).toBe(true);
    expect(new Set(catalogue.rows.map(({ id }) => id)).size).toBe(catalogue.rows.length);
    expect(Math.max(...catalogue.rows.map(({ id }) => id))).toBe(-1);
  });

  test("names the rounded prices and the keys it does not price", () => {
    const { rounded, unknownKeys } = catalogue.report;
    expect(rounded.filter(({ value }) => value === 0.08333333333333334)).toHaveLength(6);
    expect(rounded.filter(({ value }) => value !== 0.08333333333333334)).toEqual([
      {
        provider: "huggingface_together",
        model: "Qwen/Qwen3-VL-8B-Instruct",
        key: "input_mtok",
        value: 0.18000000000000002,
      },
    ]);
    expect(rowsOf("openrouter", "google/gemini-2.5-flash-lite")[0]?.components.cache_write).toBe(83_333n);
    expect(Object.keys(unknownKeys)).toEqual([
      "input_annotated_document_kpages",
      "input_document_kpages",
      "input_text_messages_kcount",
      "output_citation_mtok",
      "output_reasoning_mtok",
    ]);
  });

  test("a tier begins one token above its exclusive start", () => {
    const tiers = (provider: string, model: string) =>
      rowsOf(provider, model).map(({ minInputTokens }) => minInputTokens);
    expect(tiers("openai", "gpt-5.4")).toEqual([0, 272_000]);
    expect(tiers("google", "claude-opus-4-6")).toEqual([0, 200_001]);
    const [base, long] = rowsOf("openai", "gpt-5.4");
    expect(base?.components).toMatchObject({ input_text: 2_500_000n, "tool.web_search": 10_000_000_000n });
    expect(long?.components).toMatchObject({ input_text: 5_000_000n, "tool.file_search": 2_500_000_000n });
  });

  test("a dated price begins at 00:00 UTC, a daily one with the date before it in the list", () => {
    const from = Date.parse("2026-08-17T00:00:00Z");
    expect(
      rowsOf("deepseek", "deepseek-v4-flash").map((row) => [row.effectiveFrom, row.dailyUtcFrom, row.dailyUtcTo]),
    ).toEqual([
      [0, null, null],
      [from, null, null],
      [from, 3600, 14_400],
      [from, 21_600, 36_000],
    ]);
    expect(rowsOf("deepseek", "deepseek-chat").map((row) => [row.effectiveFrom, row.dailyUtcFrom])).toEqual([
      [0, null],
      [0, 1800],
    ]);
  });

  test("a long cache write, searches, requests and audio hours have their units", () => {
    expect(rowsOf("anthropic", "claude-opus-4-6").at(-1)?.components.cache_write_long).toBe(10_000_000n);
    expect(rowsOf("perplexity", "sonar")[0]?.components.request).toBe(12_000_000_000n);
    expect(rowsOf("openai", "whisper-1")[0]?.components).toEqual({ audio_hour: 360_000_000_000n });
  });

  test("a model without any price is free", () => {
    expect(rowsOf("openai", "moderation")[0]?.components).toEqual({ input_text: 0n, output_text: 0n });
  });
});

describe("finding a model", () => {
  test.each([
    ["https://api.openai.com", "openai"],
    ["https://api.anthropic.com", "anthropic"],
    ["https://eu.openai.azure.com", "azure"],
    ["https://openrouter.ai/api", "openrouter"],
    ["https://generativelanguage.googleapis.com", "google"],
    ["https://router.huggingface.co/groq", "huggingface_groq"],
    ["http://127.0.0.1:4010", null],
    ["https://evil.example/https://api.openai.com", null],
  ])("the provider of %s is %s", (baseUrl, provider) => {
    expect(catalogue.providerOf(baseUrl)).toBe(provider);
  });

  test.each([
    ["openai", "gpt-4o-mini-2024-07-18", { provider: "openai", model: "gpt-4o-mini" }],
    ["openai", "GPT-4o", { provider: "openai", model: "gpt-4o" }],
    ["azure", "claude-opus-4-6", { provider: "anthropic", model: "claude-opus-4-6" }],
    [null, "claude-opus-4-6", { provider: "anthropic", model: "claude-opus-4-6" }],
    [null, "my-own-model", null],
    ["openai", "my-own-model", null],
    ["nobody", "gpt-4o", null],
  ])("at %s, %s means %j", (provider, name, expected) => {
    expect(catalogue.matchModel(provider, name)).toEqual(expected);
  });

  test("every model id means what the package takes it for", () => {
    for (const provider of PROVIDER_IDS) {
      for (const { id } of findProvider({ providerId: provider })?.models ?? []) {
        const theirs = calcPrice({ input_tokens: 1 }, id, { providerId: provider });
        const ours = catalogue.matchModel(provider, id);
        expect([id, ours?.model]).toEqual([id, theirs?.model.id]);
      }
    }
  });
});

describe("text prices", () => {
  const usages = [
    { input: 1000, output: 500 },
    { input: 200_000, output: 10 },
    { input: 200_001, output: 10 },
    { input: 500_000, output: 0 },
  ];
  const instants = ["2026-11-21T12:00:00Z", "2026-11-21T02:00:00Z", "2026-03-12T23:59:59Z", "2026-03-13T00:00:00Z"];

  test.each(instants)("equal those of the package at %s", (instant) => {
    const at = Date.parse(instant);
    const models = new Map(catalogue.rows.map((row) => [`${row.provider} ${row.model}`, row])).values();
    const compared = [...models].filter(({ provider, model }) => isComparable(rowsOf(provider ?? "", model), at));
    expect(compared.length).toBeGreaterThan(1300);
    for (const { provider, model } of compared) {
      for (const { input, output } of usages) {
        const ours = ourPrice(provider ?? "", model, { at, input, output });
        const theirs = theirPrice(provider ?? "", model, { at, input, output });
        expect([provider, model, input, Math.abs(ours - theirs) <= 1]).toEqual([provider, model, input, true]);
      }
    }
  });

  type Ask = { at: number; input: number; output: number };

  function ourPrice(provider: string, model: string, { at, input, output }: Ask): number {
    return priceUsage({
      ...{ usage: buildUsage({ counts: { input_text: input, output_text: output } }), model, at },
      ...{ rows: () => rowsOf(provider, model), channelPpm: 1_000_000, groupPpm: 1_000_000 },
    }).costNanoUsd;
  }

  /** Nano-USD by the package itself. */
  function theirPrice(provider: string, model: string, { at, input, output }: Ask): number {
    const found = findProvider({ providerId: provider });
    const info = found?.models.find(({ id }) => id === model);
    if (found === undefined || info === undefined) return Number.NaN;
    const alone = { ...found, models: [{ ...info, match: { contains: "" } }] };
    const usage = { input_tokens: input, output_tokens: output };
    return (calcPrice(usage, "x", { provider: alone, timestamp: new Date(at) })?.total_price ?? Number.NaN) * 1e9;
  }

  /** Text has a price of its own, and none per request. A daily price before the date it came with is applied by the package alone. */
  function isComparable(rows: ReturnType<typeof rowsOf>, at: number): boolean {
    return rows.every(
      ({ components, dailyUtcFrom, effectiveFrom }) =>
        components.input_text !== undefined &&
        components.output_text !== undefined &&
        components.request === undefined &&
        (dailyUtcFrom === null || effectiveFrom <= at),
    );
  }
});
