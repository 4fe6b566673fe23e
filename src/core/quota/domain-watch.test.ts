import { expect, test } from "vitest";
import { createDomainWatch } from "./domain-watch";

test("replies of one user go on in their epoch or begin a later one", () => {
  const { continues } = createDomainWatch();
  expect(continues(7, "b", 1)).toBe(true);
  expect(continues(7, "b", 2)).toBe(true);
  expect(continues(8, "a", 1)).toBe(true);
  expect(continues(7, "c", 1)).toBe(true);
});

test("a sequence that repeats and an epoch that comes back are told", () => {
  const { continues } = createDomainWatch();
  continues(7, "b", 5);
  expect(continues(7, "b", 5)).toBe(false);
  expect(continues(7, "b", 4)).toBe(false);
  expect(continues(7, "b", 5)).toBe(true);
  expect(continues(7, "a", 9)).toBe(false);
});
