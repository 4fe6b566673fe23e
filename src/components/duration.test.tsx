// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { expect, test } from "vitest";
import { Duration } from "./duration";

test.each([
  [0, "0 ms"],
  [420.4, "420 ms"],
  [1240, "1.24 sec"],
  [12_345, "12.3 sec"],
  [210_000, "3.5 min"],
  [7_200_000, "2 hr"],
])("%d ms reads %s", (ms, text) => {
  expect(renderScreen(<Duration ms={ms} />).container.textContent).toBe(text);
});
