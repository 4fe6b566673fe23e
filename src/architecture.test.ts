import { readdirSync } from "node:fs";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import extractDepcruiseOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { beforeAll, expect, test } from "vitest";

const FORBIDDEN_ENDINGS = /-(manager|service|util|utils|handler|processor|guard|info|data)\.tsx?$/;

let result: ICruiseResult;
beforeAll(async () => {
  const options = await extractDepcruiseOptions("./.dependency-cruiser.cjs");
  const tsConfig = extractTSConfig("./tsconfig.json");
  const { output } = await cruise(["src", "test", "bench", "e2e", "scripts"], options, undefined, { tsConfig });
  if (typeof output === "string") throw new Error("expected a cruise result, not a report");
  result = output;
}, 120_000);

const onDisk = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) =>
  /(?<!\.(test|contract))\.tsx?$/.test(file),
);

test("the cruiser read every source file", () => {
  expect(onDisk.length).toBeGreaterThan(100);
  expect(result.summary.totalCruised).toBeGreaterThanOrEqual(onDisk.length);
});

test("no import breaks a rule of the layer table", () => {
  const broken = result.summary.violations.map(
    (violation) => `${violation.rule.name}: ${violation.from} -> ${violation.to}`,
  );
  expect(broken).toEqual([]);
});

test("every folder of src has a row in the layer table, and every row a folder", () => {
  const rows = (result.summary.ruleSetUsed?.forbidden ?? [])
    .map((rule) => /^layer-(.+)$/.exec(rule.name ?? "")?.[1])
    .filter((name) => name !== undefined);
  const folders = readdirSync("src", { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(folders.sort()).toEqual(rows.sort());
});

test("no file hides its verb or noun behind a forbidden ending", () => {
  expect(onDisk.filter((file) => FORBIDDEN_ENDINGS.test(file))).toEqual([]);
});
