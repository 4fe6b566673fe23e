import { expect, test } from "vitest";
import { findOperations } from "./find-operations";

const operation = (id: string, path: string, summary: string) => ({
  ...{ id, path, summary },
  slug: "users",
  method: "GET" as const,
});
const NOUNS = [
  {
    slug: "users",
    name: "users",
    operations: [
      operation("users.list", "/users", "All users."),
      operation("users.limits", "/users/{id}/limits", "What a user may use."),
    ],
  },
];
const found = (query: string) => findOperations(NOUNS, query).map(({ id }) => id);

test("operations are found by path, name, summary and method, with every word, in any case", () => {
  expect(found("LIMITS")).toEqual(["users.limits"]);
  expect(found("users.list")).toEqual(["users.list"]);
  expect(found("may use")).toEqual(["users.limits"]);
  expect(found("get users")).toEqual(["users.list", "users.limits"]);
  expect(found("users nothing")).toEqual([]);
});
