import { expect, test } from "vitest";
import { formatMoney } from "./format-money";

test.each([
  ["12.4", "$12.40"],
  ["0", "$0.00"],
  ["1234567.891", "$1,234,567.89"],
  ["0.000123456", "$0.00012"],
  ["-0.5", "-$0.50"],
])("a sum of %s reads %s", (usd, text) => {
  expect(formatMoney(usd, "en")).toBe(text);
});

test.each([
  ["0.000123456789", "$0.000123457"],
  ["0.000000001", "$0.000000001"],
  ["0.1", "$0.10"],
  ["12.345678912", "$12.3457"],
  ["1234567.891", "$1,234,567.89"],
])("the cost %s of a request reads %s: up to six significant digits", (usd, text) => {
  expect(formatMoney(usd, "en", "cost")).toBe(text);
});

test("an amount beyond what a float holds keeps its digits", () => {
  expect(formatMoney("9007199254740993.01", "en")).toBe("$9,007,199,254,740,993.01");
});

test("Chinese readers see the plain dollar sign", () => {
  expect(formatMoney("1.5", "zh-TW")).toBe("$1.50");
  expect(formatMoney("1.5", "zh-CN")).toBe("$1.50");
});
