import { buildPriceRow } from "@test/build-usage";
import { describe, expect, test } from "vitest";
import { type EstimateAsk, estimateCall } from "./estimate-call";

const rows = [buildPriceRow({ components: { input_text: 1_000_000n, output_text: 10_000_000n } })];
const ask = (call: Partial<EstimateAsk["call"]> = {}, given: Partial<EstimateAsk> = {}): EstimateAsk => ({
  call: { textBytes: 400, blobCount: 0, maxOutputTokens: null, choices: 1, tier: "standard", ...call },
  worstCaseOutputTokens: 16_384,
  rows,
  at: 0,
  channelPpm: 1_000_000,
  groupPpm: 1_000_000,
  cacheWriteInput: false,
  ...given,
});

describe("estimateCall", () => {
  test("text counts 4 bytes a token, in the worst case 2 and 128 tokens on top", () => {
    expect(estimateCall(ask({ textBytes: 401 }))).toEqual({
      inputTokens: 101,
      outputTokens: 1024,
      inputNanoUsd: 101_000,
      worstNanoUsd: (201 + 128) * 1000 + 16_384 * 10_000,
    });
  });

  test("a blob counts 1,000 tokens, in the worst case 4,000", () => {
    const estimate = estimateCall(ask({ textBytes: 0, blobCount: 2, maxOutputTokens: 1 }));
    expect(estimate.inputTokens).toBe(2000);
    expect(estimate.worstNanoUsd).toBe((8000 + 128) * 1000 + 10_000);
  });

  test("the client's max bounds the output, and every choice is counted", () => {
    const estimate = estimateCall(ask({ textBytes: 0, maxOutputTokens: 50, choices: 3 }));
    expect(estimate.outputTokens).toBe(150);
    expect(estimate.worstNanoUsd).toBe(128_000 + 150 * 10_000);
  });

  test("a max beyond the setting is clamped to it", () => {
    expect(estimateCall(ask({ textBytes: 0, maxOutputTokens: 1_000_000 })).worstNanoUsd).toBe(
      128_000 + 16_384 * 10_000,
    );
  });

  test("where the input may be written into a cache, the dearest price is the worst", () => {
    const priced = [
      buildPriceRow({ components: { input_text: 1_000_000n, cache_write: 2_000_000n, output_text: 0n } }),
    ];
    const given = { rows: priced, cacheWriteInput: true };
    expect(estimateCall(ask({ textBytes: 0 }, given)).worstNanoUsd).toBe(256_000);
    const cheaper = [buildPriceRow({ components: { input_text: 1_000_000n, cache_write: 500_000n, output_text: 0n } })];
    expect(estimateCall(ask({ textBytes: 0 }, { ...given, rows: cheaper })).worstNanoUsd).toBe(128_000);
  });

  test("multipliers apply, and the worst case is never below the expected input", () => {
    const cheapAbove = [
      buildPriceRow({ components: { input_text: 10_000_000n, output_text: 0n } }),
      buildPriceRow({ id: 2, minInputTokens: 150, components: { input_text: 1n, output_text: 0n } }),
    ];
    const estimate = estimateCall(ask({}, { rows: cheapAbove, channelPpm: 2_000_000, groupPpm: 500_000 }));
    expect(estimate.inputNanoUsd).toBe(1_000_000);
    expect(estimate.worstNanoUsd).toBe(1_000_000);
  });

  test("an unpriced model is estimated at 0", () => {
    expect(estimateCall(ask({}, { rows: [] }))).toMatchObject({ inputNanoUsd: 0, worstNanoUsd: 0 });
  });
});
