import { expect, test } from "vitest";
import { changedPaths } from "./changed-paths";

test.each<[string, unknown, unknown, string[]]>([
  ["nested fields each by its path", { a: { b: 1, c: 2 }, d: 3 }, { a: { b: 1, c: 9 }, d: 3 }, ["a.c"]],
  ["a list as a whole", { a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, ["a"]],
  ["a field that is there on one side alone", { a: 1 }, { b: null }, ["a", "b"]],
  ["nothing that steps with every write", { version: 1, updatedAt: "x" }, { version: 2, updatedAt: "y" }, []],
  ["such a name inside an object", { a: { version: 1 } }, { a: { version: 2 } }, ["a.version"]],
])("of two objects it tells %s", (...[, before, after, paths]) => {
  expect([...changedPaths(before, after)]).toEqual(paths);
});
