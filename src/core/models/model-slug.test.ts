import { expect, test } from "vitest";
import { freeSlug, slugBase } from "./model-slug";

test.each([
  ["Frontier", "frontier"],
  ["  GPT-4o / Claude 4.1  ", "gpt-4o-claude-4-1"],
  ["Café Größe", "cafe-gro-e"],
  ["前沿模型", "group"],
  ["---", "group"],
  [`${"a".repeat(59)} b`, "a".repeat(59)],
])("the slug of %j is made of Latin letters, digits and dashes", (name, slug) => {
  expect(slugBase(name)).toBe(slug);
});

test("a slug that is taken gets the lowest free number", () => {
  expect(freeSlug("a", new Set())).toBe("a");
  expect(freeSlug("a", new Set(["a", "a-3"]))).toBe("a-2");
  expect(freeSlug("a", new Set(["a", "a-2", "a-3"]))).toBe("a-4");
});
