import { describe, expect, test } from "vitest";
import { dearestImage, resolveImage } from "./resolve-image";

const VARIANTS = {
  "image.1024x1024/standard": 40n,
  "image.1024x1024/hd": 80n,
  "image.1792x1024": 120n,
  "image.low": 11n,
  image: 50n,
};
const asked = (size: string | null, quality: string | null) => ({ size, quality });

describe("the price of an image", () => {
  test.each([
    ["1024x1024", "hd", "image.1024x1024/hd"],
    [null, "hd", "image.1024x1024/hd"],
    [null, null, "image.1024x1024/standard"],
    ["1792x1024", "hd", "image.1792x1024"],
    ["256x256", "low", "image.low"],
    ["256x256", "high", "image"],
  ])("of size %s and quality %s is that of %s", (size, quality, component) => {
    expect(resolveImage(VARIANTS, asked(size, quality))).toMatchObject({ component, isFallback: false });
  });

  test("is never free for want of a variant: the dearest stands in", () => {
    const { image: _, ...only } = VARIANTS;
    expect(resolveImage(only, asked("9x9", "high"))).toEqual({
      component: "image.1792x1024",
      pico: 120n,
      isFallback: true,
    });
    expect(resolveImage({ input_image: 5n }, asked(null, null))).toBeNull();
  });
});

describe("the most that an image may cost", () => {
  test.each([
    ["1024x1024", "hd", 80n],
    ["1024x1024", null, 80n],
    ["1024x1024", "auto", 80n],
    ["auto", "standard", 120n],
    [null, "low", 120n],
    ["256x256", "auto", 50n],
  ])("of size %s and quality %s is %d", (size, quality, pico) => {
    expect(dearestImage(VARIANTS, asked(size, quality))?.pico).toBe(pico);
  });
});
