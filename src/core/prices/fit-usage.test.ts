import { buildPriceRow, buildUsage } from "@test/build-usage";
import { describe, expect, test } from "vitest";
import { type CallUnits, NO_UNITS } from "./call-units";
import { type EstimateAsk, UNLEARNT } from "./estimate-call";
import { fitUsage } from "./fit-usage";

const ask = (units: CallUnits, components: Readonly<Record<string, bigint>>): EstimateAsk => ({
  call: {
    ...{ textBytes: 40, blobCount: 0, maxOutputTokens: null, choices: 1, hasTools: false, toolUnits: {} },
    ...{ tier: "standard", units },
  },
  habits: UNLEARNT,
  maxOutputTokens: null,
  worstCaseOutputTokens: 16_384,
  rows: [buildPriceRow({ components })],
  ...{ at: 0, channelPpm: 1_000_000, groupPpm: 1_000_000, cacheWriteInput: false },
});
const speech: CallUnits = { ...NO_UNITS, characters: 100, output: "output_audio" };
const TOKENS = { input_text: 1n, output_audio: 1n };
const spoken = buildUsage({ characters: 100 });
const tokens = buildUsage({ counts: { input_text: 9, output_audio: 80 } });

describe("a usage and the price of its model", () => {
  test.each([
    ["units, priced by units", spoken, { character: 1n }],
    ["tokens, priced by tokens", tokens, TOKENS],
    ["units, priced by both", spoken, { ...TOKENS, character: 1n }],
    ["tokens, priced by both", tokens, { ...TOKENS, character: 1n }],
    ["units, priced by the request alone", spoken, { request: 1n }],
  ])("%s: as it is", (_what, usage, components) => {
    expect(fitUsage(usage, ask(speech, components))).toBe(usage);
  });

  test("units, priced by tokens: the tokens that were held, estimated", () => {
    const fitted = fitUsage(spoken, ask(speech, TOKENS));
    expect(fitted).toMatchObject({ counts: { input_text: 10, output_audio: 150 }, source: "estimated" });
  });

  test("tokens, priced by units: what the call asked for, estimated", () => {
    const fitted = fitUsage(tokens, ask(speech, { character: 1n }));
    expect(fitted).toMatchObject({ counts: tokens.counts, characters: 100, source: "estimated" });
  });

  test("a variant of images is a price by units", () => {
    const drawn: CallUnits = { ...NO_UNITS, images: 2, output: "output_image" };
    const told = buildUsage({ counts: { output_image: 80 } });
    expect(fitUsage(told, ask(drawn, { "image.1024x1024": 1n })).images).toBe(2);
  });

  test("of an unpriced model stays as it is", () => {
    expect(fitUsage(spoken, { ...ask(speech, {}), rows: [] })).toBe(spoken);
  });
});
