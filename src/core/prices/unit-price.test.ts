import { expect, test } from "vitest";
import { formatUnitPrice, parseUnitPrice, unitOf } from "./unit-price";

test.each([
  { component: "input_text", unit: "usdPerMtok", text: "0.0375", pico: 37_500n },
  { component: "output_image", unit: "usdPerMtok", text: "30", pico: 30_000_000n },
  { component: "character", unit: "usdPerMtok", text: "15", pico: 15_000_000n },
  { component: "tool.web_search", unit: "usdPer1k", text: "2.5", pico: 2_500_000_000n },
  { component: "request", unit: "usdPer1k", text: "0.000000001", pico: 1n },
  { component: "audio_hour", unit: "usdPerHour", text: "0.36", pico: 360_000_000_000n },
  { component: "image", unit: "usdEach", text: "0.04", pico: 40_000_000_000n },
])("$component is written in $unit: $text is $pico pico-USD", ({ component, unit, text, pico }) => {
  expect(unitOf(component)).toBe(unit);
  expect(parseUnitPrice(component, text)).toBe(pico);
  expect(formatUnitPrice(component, pico)).toBe(text);
});

test("what is no plain decimal or below a pico-USD is refused", () => {
  expect(parseUnitPrice("input_text", "1e3")).toBeNull();
  expect(parseUnitPrice("input_text", "-1")).toBeNull();
  expect(parseUnitPrice("input_text", "0.0000001")).toBe("too_precise");
});
