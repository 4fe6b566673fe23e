import { expect, test } from "vitest";
import { countTokens } from "./count-tokens";

test("input and cache classes are input, cache reads are named apart, outputs are output", () => {
  const counts = { input_text: 1, input_audio: 2, cache_read_text: 4, cache_read_image: 8, cache_write: 16 };
  expect(countTokens({ ...counts, cache_write_long: 32, output_text: 64, output_audio: 128 })).toEqual({
    input: 63,
    cached: 12,
    output: 192,
  });
});
