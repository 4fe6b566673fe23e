import { expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import { parseConfig } from "./parse-config";

const NO_SECRETS = { readEnv: () => undefined, readFile: () => undefined };

/** What is told of a text that is no file of ours. */
function faultsOf(text: string): readonly string[] {
  try {
    parseConfig(text, NO_SECRETS);
    return [];
  } catch (error) {
    return (error as AppError).fields.map(({ path, code }) => `${path}: ${code}`);
  }
}

test("a key that its map has already is told by its place, however deep", () => {
  expect(faultsOf("settings: { timeZone: UTC }\nsettings: { timeZone: UTC }\n")).toEqual(["line 2, column 1: invalid"]);
  expect(faultsOf('userGroups:\n  - { name: a, "name": b }\n')).toEqual(["line 2, column 16: invalid"]);
  expect(faultsOf("userGroups:\n  - { name: a }\n  - { name: b }\n")).toEqual([]);
});

test("a map of very many keys is read in a time that grows with it alone", () => {
  const keys = Array.from({ length: 60_000 }, (_, index) => `k${index}: 1`);
  expect(faultsOf(`settings: { ${keys.join(", ")} }`)[0]).toContain("unknown_field");
});
