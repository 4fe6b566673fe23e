import { expect, test } from "vitest";
import { createLruCache } from "./lru-cache";

test("the least recently used entry makes room", () => {
  const cache = createLruCache<number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  expect(cache.get("a")).toBe(1);
  cache.set("c", 3);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([1, undefined, 3]);
  cache.set("a", 4);
  cache.set("d", 5);
  expect([cache.get("a"), cache.get("c"), cache.size]).toEqual([4, undefined, 2]);
});

test("a value that is written again takes no second place, and a deleted one none", () => {
  const cache = createLruCache<number>(2);
  for (const value of [1, 2, 3]) cache.set("a", value);
  cache.set("b", 1);
  expect([cache.get("a"), cache.size]).toEqual([3, 2]);
  cache.delete("a");
  expect([cache.get("a"), cache.size]).toEqual([undefined, 1]);
});
