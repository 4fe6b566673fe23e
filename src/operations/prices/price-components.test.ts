import { expect, test } from "vitest";
import { priceComponents } from "./price-components";

test.each([
  ["image", "0.04", 40_000_000_000n],
  ["image.1024x1024/hd", "0.08", 80_000_000_000n],
  ["image.1024x1024", "0.04", 40_000_000_000n],
  ["image.low", "0.011", 11_000_000_000n],
  ["character", "15", 15_000_000n],
  ["audio_hour", "0.36", 360_000_000_000n],
  ["output_image", "40", 40_000_000n],
])("%s at %s in its own unit", (component, text, pico) => {
  expect(priceComponents({ components: { [component]: text } })).toEqual({
    components: { [component]: pico },
    faults: [],
  });
});

test.each(["image.", "image.a/b/c", "image 1024x1024", "image.HD", "images", "characters"])(
  "%s is no component",
  (component) => {
    expect(priceComponents({ components: { [component]: "1" } }).faults).toEqual([
      { path: `components.${component}`, code: "component_unknown" },
    ]);
  },
);
