import { buildPriceRow } from "@test/build-usage";
import { describe, expect, test } from "vitest";
import { NO_UNITS } from "./call-units";
import { boundsOf, type EstimateAsk, estimateCall, estimateInput, UNLEARNT } from "./estimate-call";

const rows = [buildPriceRow({ components: { input_text: 1_000_000n, output_text: 10_000_000n } })];
const ask = (call: Partial<EstimateAsk["call"]> = {}, given: Partial<EstimateAsk> = {}): EstimateAsk => ({
  call: {
    ...{
      textBytes: 400,
      blobCount: 0,
      maxOutputTokens: null,
      choices: 1,
      hasTools: false,
      toolUnits: {},
      tier: "standard",
    },
    ...call,
  },
  habits: UNLEARNT,
  maxOutputTokens: null,
  worstCaseOutputTokens: 16_384,
  rows,
  at: 0,
  channelPpm: 1_000_000,
  groupPpm: 1_000_000,
  cacheWriteInput: false,
  ...given,
});
const worstUsd = (...given: Parameters<typeof ask>) => estimateCall(ask(...given)).worst.nanoUsd;

describe("estimateCall (quota.md Q32)", () => {
  test("text counts 4 bytes a token, in the worst case 2 and 128 tokens on top", () => {
    const estimate = estimateCall(ask({ textBytes: 401 }));
    expect(estimate.est).toEqual({ inputTokens: 101, outputTokens: 1024, nanoUsd: 101_000 + 10_240_000 });
    expect(estimate.worst).toEqual({
      inputTokens: 201 + 128,
      outputTokens: 16_384,
      nanoUsd: (201 + 128) * 1000 + 16_384 * 10_000,
    });
    expect(estimateInput(ask({ textBytes: 401 }))).toEqual({ inputTokens: 101, inputNanoUsd: 101_000 });
  });

  // Model `bench` of quota.md 12: input $2.50, output $10 per million.
  test.each([
    ["A", 100, 50, UNLEARNT.expectedOutputTokens, { est: 562_500, worst: 945_000 }],
    ["B", 400, 50, UNLEARNT.expectedOutputTokens, { est: 750_000, worst: 1_320_000 }],
    ["C", 80, 100, 10, { est: 150_000, worst: 1_420_000 }],
    ["D", 400, null, 50, { est: 750_000, worst: 164_660_000 }],
  ] as const)("workload %s of the burst table", (...[, textBytes, maxOutputTokens, expectedOutputTokens, expected]) => {
    const bench = [buildPriceRow({ components: { input_text: 2_500_000n, output_text: 10_000_000n } })];
    const habits = { ...UNLEARNT, expectedOutputTokens };
    const { est, worst, strictWorst } = estimateCall(ask({ textBytes, maxOutputTokens }, { rows: bench, habits }));
    expect({ est: est.nanoUsd, worst: worst.nanoUsd }).toEqual(expected);
    expect(strictWorst).toEqual(worst);
  });

  test("a blob counts 1,000 tokens, in the worst case 4,000; declared tools may cost 1,024 tokens", () => {
    expect(estimateCall(ask({ textBytes: 0, blobCount: 2 })).est.inputTokens).toBe(2000);
    expect(worstUsd({ textBytes: 0, blobCount: 2, maxOutputTokens: 1 })).toBe((8000 + 128) * 1000 + 10_000);
    expect(worstUsd({ textBytes: 0, hasTools: true, maxOutputTokens: 1 })).toBe(1024 * 1000 + 10_000);
  });

  test("tools with a price per call cost their units in the worst case, and nothing is expected of them", () => {
    const components = { input_text: 1_000_000n, "tool.web_search": 10_000_000_000n };
    const searching = { textBytes: 0, maxOutputTokens: 0, toolUnits: { web_search: 5, web_fetch: 9 } };
    const given = { rows: [buildPriceRow({ components })] };
    const { est, worst, strictWorst } = estimateCall(ask(searching, given));
    expect(est.nanoUsd).toBe(0);
    expect(worst.nanoUsd).toBe(128_000 + 5 * 10_000_000);
    expect(strictWorst).toEqual(worst);
    expect(worst.inputTokens + worst.outputTokens).toBe(128);
    expect(estimateInput(ask(searching, given)).inputNanoUsd).toBe(0);
    const cached = { rows: [buildPriceRow({ components: { ...components, cache_write: 2_000_000n } })] };
    expect(worstUsd(searching, { ...cached, cacheWriteInput: true })).toBe(256_000 + 5 * 10_000_000);
  });

  test("the client's max bounds the output, and every choice is counted", () => {
    const estimate = estimateCall(ask({ textBytes: 0, maxOutputTokens: 50, choices: 3 }));
    expect(estimate.est.outputTokens).toBe(150);
    expect(estimate.worst.nanoUsd).toBe(128_000 + 150 * 10_000);
  });

  test("a max beyond the setting is clamped to it, but not for strict limits", () => {
    const { worst, strictWorst } = estimateCall(ask({ textBytes: 0, maxOutputTokens: 1_000_000 }));
    expect(worst.nanoUsd).toBe(128_000 + 16_384 * 10_000);
    expect(strictWorst.nanoUsd).toBe(128_000 + 1_000_000 * 10_000);
  });

  test("the model's own maximum bounds the output, in strict limits instead of the clamp", () => {
    const outputs = (max: number | null, call: Partial<EstimateAsk["call"]> = {}) => {
      const { est, worst, strictWorst } = estimateCall(ask(call, { maxOutputTokens: max }));
      return [est.outputTokens, worst.outputTokens, strictWorst.outputTokens];
    };
    expect(outputs(8_192)).toEqual([1_024, 8_192, 8_192]);
    expect(outputs(8_192, { maxOutputTokens: 64_000, choices: 2 })).toEqual([2_048, 16_384, 16_384]);
    expect(outputs(64_000)).toEqual([1_024, 16_384, 64_000]);
    expect(outputs(64_000, { maxOutputTokens: 1_000_000 })).toEqual([1_024, 16_384, 64_000]);
    expect(outputs(64_000, { maxOutputTokens: 50 })).toEqual([50, 50, 50]);
    expect(outputs(100)).toEqual([100, 100, 100]);
    expect(outputs(null)).toEqual([1_024, 16_384, 16_384]);
    const bounds = boundsOf({ ...ask(), maxOutputTokens: 64_000 });
    expect(bounds).toMatchObject({ clampedOutputTokens: 16_384, outputTokens: 64_000 });
  });

  test("where the input may be written into a cache, the dearest price is the worst", () => {
    const priced = [
      buildPriceRow({ components: { input_text: 1_000_000n, cache_write: 2_000_000n, output_text: 0n } }),
    ];
    const given = { rows: priced, cacheWriteInput: true };
    expect(worstUsd({ textBytes: 0 }, given)).toBe(256_000);
    const cheaper = [buildPriceRow({ components: { input_text: 1_000_000n, cache_write: 500_000n, output_text: 0n } })];
    expect(worstUsd({ textBytes: 0 }, { ...given, rows: cheaper })).toBe(128_000);
  });

  test("multipliers apply, and the worst case is never below the expected one", () => {
    const cheapAbove = [
      buildPriceRow({ components: { input_text: 10_000_000n, output_text: 0n } }),
      buildPriceRow({ id: 2, minInputTokens: 150, components: { input_text: 1n, output_text: 0n } }),
    ];
    const estimate = estimateCall(ask({}, { rows: cheapAbove, channelPpm: 2_000_000, groupPpm: 500_000 }));
    expect(estimate.est.nanoUsd).toBe(1_000_000);
    expect(estimate.worst.nanoUsd).toBe(1_000_000);
  });

  test("an unpriced model is estimated at 0", () => {
    expect(estimateCall(ask({}, { rows: [] })).worst.nanoUsd).toBe(0);
  });
});

describe("estimateCall of images, speech and audio (quota.md Q32: by their own fields)", () => {
  const priced = (components: Readonly<Record<string, bigint>>) => ({ rows: [buildPriceRow({ components })] });
  const variant = { size: null, quality: null };
  const images = { ...NO_UNITS, images: 3, imageVariant: variant, output: "output_image" as const };

  test("images each, at the dearest variant that the vendor may choose", () => {
    const each = priced({ image: 40_000_000_000n, "image.1792x1024/hd": 120_000_000_000n });
    const { est, worst } = estimateCall(ask({ units: images, choices: 3 }, each));
    expect([est.nanoUsd, worst.nanoUsd]).toEqual([360_000_000, 360_000_000]);
    const chosen = { ...images, imageVariant: { size: "1024x1024", quality: "hd" } };
    expect(estimateCall(ask({ units: chosen, choices: 3 }, each)).est.nanoUsd).toBe(120_000_000);
  });

  test("images by tokens: each a reply of image tokens, the files image input", () => {
    const row = priced({ input_text: 5_000_000n, input_image: 10_000_000n, output_image: 40_000_000n });
    const { est, worst } = estimateCall(ask({ units: images, choices: 3, blobCount: 1 }, row));
    expect(est).toEqual({
      inputTokens: 1_100,
      outputTokens: 3 * 1_024,
      nanoUsd: 100 * 5_000 + 1_000 * 10_000 + 3 * 1_024 * 40_000,
    });
    expect(worst.inputTokens).toBe(200 + 128 + 4_000);
    expect(worst.outputTokens).toBe(3 * 16_384);
  });

  test("speech by its characters, and by the tokens that they give", () => {
    const units = { ...NO_UNITS, characters: 1_000, output: "output_audio" as const };
    expect(estimateCall(ask({ units }, priced({ character: 15_000_000n }))).worst.nanoUsd).toBe(15_000_000);
    const { est, worst } = estimateCall(ask({ units }, priced({ output_audio: 12_000_000n })));
    expect([est.outputTokens, worst.outputTokens]).toEqual([1_500, 4_000]);
    expect(est.nanoUsd).toBe(1_500 * 12_000);
  });

  test("audio by its duration, and by the tokens that it gives", () => {
    const units = { ...NO_UNITS, audioMs: 60_000, output: "output_text" as const };
    const hour = ask({ units }, priced({ audio_hour: 360_000_000_000n }));
    expect(estimateCall(hour).est.nanoUsd).toBe(6_000_000);
    expect(estimateInput(hour).inputNanoUsd).toBe(6_000_000);
    const { est, worst } = estimateCall(ask({ units }, priced({ input_audio: 6_000_000n })));
    expect([est.inputTokens, worst.inputTokens]).toEqual([100 + 600, 200 + 128 + 1_200]);
    expect(boundsOf(ask({ units })).inputTokens).toBe(200 + 128 + 1_200);
  });

  test("a price per request is on top", () => {
    const units = { ...NO_UNITS, characters: 1_000, output: "output_audio" as const };
    const row = priced({ character: 15_000_000n, request: 1_000_000_000n });
    expect(estimateCall(ask({ units }, row)).est.nanoUsd).toBe(16_000_000);
  });
});
