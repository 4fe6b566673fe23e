import { expect, test } from "vitest";
import { orphanedModels } from "./orphaned-models";

const channel = (id: number, names: string[], enabled = true) => ({
  id,
  enabled,
  models: names.map((name) => ({ name, upstream: name })),
});

test("a model is orphaned when no other enabled channel serves it", () => {
  const one = channel(1, ["a", "b", "c"]);
  expect(orphanedModels(one, [one, channel(2, ["b"]), channel(3, ["c"], false)])).toEqual(["a", "c"]);
});

test("a prefix of another channel serves what begins with it", () => {
  const one = channel(1, ["gpt-4o", "gpt-*", "claude"]);
  expect(orphanedModels(one, [one, channel(2, ["gpt-4*"])])).toEqual(["gpt-*", "claude"]);
  expect(orphanedModels(one, [one, channel(2, ["*"])])).toEqual([]);
});
