import { expect, test } from "vitest";
import { createTaggedCache } from "./tagged-cache";

test("the least recently used entry makes room", () => {
  const cache = createTaggedCache<number>(2);
  cache.set("a", 1, []);
  cache.set("b", 2, []);
  expect(cache.get("a")).toBe(1);
  cache.set("c", 3, []);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([1, undefined, 3]);
  expect(cache.size).toBe(2);
});

test("setting a known key replaces it and costs no other entry", () => {
  const cache = createTaggedCache<number>(2);
  cache.set("a", 1, ["x"]);
  cache.set("b", 2, []);
  cache.set("a", 3, ["y"]);
  cache.dropTag("x");
  expect([cache.get("a"), cache.get("b")]).toEqual([3, 2]);
});

test("a tag drops its entries and no others, however often", () => {
  const cache = createTaggedCache<number>(9);
  cache.set("a", 1, ["key:1", "user:1"]);
  cache.set("b", 2, ["key:2", "user:1"]);
  cache.set("c", 3, ["key:3", "user:2"]);
  cache.dropTag("user:1");
  cache.dropTag("user:1");
  cache.dropTag("unknown");
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([undefined, undefined, 3]);
  cache.set("a", 4, []);
  cache.dropTag("key:1");
  expect(cache.get("a")).toBe(4);
});

test("clear and delete forget", () => {
  const cache = createTaggedCache<number>(9);
  cache.set("a", 1, ["t"]);
  cache.set("b", 2, ["t"]);
  cache.delete("a");
  cache.delete("a");
  expect([cache.get("a"), cache.get("b"), cache.size]).toEqual([undefined, 2, 1]);
  cache.clear();
  expect([cache.get("b"), cache.size]).toEqual([undefined, 0]);
});
