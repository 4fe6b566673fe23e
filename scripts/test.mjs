import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
import { ensureBuilt } from "./build.mjs";
import { runChecks } from "./check.mjs";
import { ensureInstalled } from "./install.mjs";
import { NODE, ROOT, run } from "./run-command.mjs";

const RESULTS = join(ROOT, "test-results");
const VITEST = join(RESULTS, "vitest.json");
const E2E = join(RESULTS, "e2e.json");

/** Everything, one after the other, also after a failure. Each step gives its counts. */
const STEPS = [countChecks, countBuild, countVitest, countPlaywright];

await ensureInstalled();
await bootstrap();
const total = { passed: 0, failed: 0 };
for (const step of STEPS) {
  const { passed, failed } = await step();
  total.passed += passed;
  total.failed += failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

async function countChecks() {
  const results = await runChecks();
  const passed = results.filter((result) => result.passed).length;
  return { passed, failed: results.length - passed };
}

async function countBuild() {
  return tally(await ensureBuilt());
}

async function countVitest() {
  rmSync(VITEST, { force: true });
  mkdirSync(RESULTS, { recursive: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${VITEST}`];
  const code = await run(NODE, ["node_modules/vitest/vitest.mjs", "run", ...reporters]);
  const report = readJson(VITEST);
  if (report === null) return tally(false);
  // A file that could not be loaded has no failed test: it counts as one.
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  return settle({ passed: report.numPassedTests, failed: report.numFailedTests + broken }, code);
}

async function countPlaywright() {
  rmSync(E2E, { force: true });
  const code = await run(NODE, ["node_modules/@playwright/test/cli.js", "test"]);
  const report = readJson(E2E);
  if (report === null) return tally(false);
  const { expected, unexpected, flaky } = report.stats;
  return settle({ passed: expected, failed: unexpected + flaky }, code);
}

/** A runner that failed without naming a test (a leak, a worker that died) is a failure all the same. */
function settle(counts, code) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function tally(passed) {
  return passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
