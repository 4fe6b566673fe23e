import { afterEach, expect, test, vi } from "vitest";
import { systemClock } from "./clock";

afterEach(() => vi.unstubAllGlobals());

test("in a browser, where a timer is a number, it runs and can be cancelled", () => {
  const cleared: unknown[] = [];
  vi.stubGlobal("setTimeout", (task: () => void) => {
    task();
    return 7;
  });
  vi.stubGlobal("clearTimeout", (timer: unknown) => cleared.push(timer));
  let runs = 0;
  systemClock.after(5, () => runs++)();
  expect([runs, cleared]).toEqual([1, [7]]);
});
