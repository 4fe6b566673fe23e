import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureInstalled } from "./install.mjs";
import { NODE, ROOT, run } from "./run-command.mjs";

/** The checks that need no running program. Message parity and the layer table's own test belong to vitest. */
const STEPS = [
  { name: "types", program: "typescript/bin/tsc", args: ["--noEmit", "-p", "."] },
  { name: "lint", program: "@biomejs/biome/bin/biome", args: ["check", "--error-on-warnings", "."] },
  {
    name: "imports",
    program: "dependency-cruiser/bin/dependency-cruiser.mjs",
    args: ["src", "test", "bench", "e2e", "scripts"],
  },
  { name: "unused code", program: "knip/bin/knip.js", args: [] },
  { name: "openapi", check: lintOpenApi },
];

/** The linter of the OpenAPI document, and what it is bundled into. */
const OPENAPI_LINTER = "test/lint-openapi.ts";
const OPENAPI_BUNDLE = "dist/check/lint-openapi.mjs";

/** Lints the OpenAPI document as the operations make it; resolves with an exit code. */
async function lintOpenApi() {
  const flags = ["--bundle", "--packages=external", "--platform=node", "--format=esm", "--target=node24"];
  const output = [`--outfile=${OPENAPI_BUNDLE}`, "--log-level=warning", "--tsconfig=tsconfig.json"];
  const code = await run(join(ROOT, "node_modules/.bin/esbuild"), [OPENAPI_LINTER, ...flags, ...output]);
  return code === 0 ? run(NODE, [OPENAPI_BUNDLE]) : code;
}

/** Runs every step, also after a failure; resolves with their results in order. */
export async function runChecks() {
  const results = [];
  // The types of pages and routes are made from the tree; the build makes them too, but comes later.
  await run(NODE, ["node_modules/next/dist/bin/next", "typegen"]);
  for (const { name, program, args, check } of STEPS) {
    const code = await (check?.() ?? run(NODE, [`node_modules/${program}`, ...args]));
    console.log(`check ${name}: ${code === 0 ? "passed" : "failed"}`);
    results.push({ name, passed: code === 0 });
  }
  return results;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await ensureInstalled();
  const results = await runChecks();
  process.exit(results.every((result) => result.passed) ? 0 : 1);
}
