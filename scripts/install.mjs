import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, fail, NODE, ROOT, run } from "./run-command.mjs";

const LOCKFILE = join(ROOT, "package-lock.json");
const STAMP = join(ROOT, "node_modules/.lockfile-hash");
const INSTALLED = join(ROOT, "node_modules/.package-lock.json");

/** Installs when `node_modules` does not match the lockfile, and makes sure that Node 24 is there. */
export async function ensureInstalled() {
  const version = process.versions.node;
  if (Number(version.split(".")[0]) < 20) fail(`Node ${version} is too old: install Node 20 or newer`);
  const hash = createHash("sha256").update(readFileSync(LOCKFILE)).digest("hex");
  if (readText(STAMP) !== hash) {
    if (!isInstalled()) await install();
    mkdirSync(join(ROOT, "node_modules"), { recursive: true });
    writeFileSync(STAMP, hash);
  }
  await ensureNode();
}

async function install() {
  console.log("Installing packages (npm ci) ...");
  // Also when NODE_ENV=production is set: the build needs the development packages.
  if ((await npm(["ci", "--include=dev", "--include=optional"])) !== 0) fail("npm ci failed: see its output above", 1);
}

/** Whether somebody ran `npm ci` with this lockfile: every package it asks for stands in npm's own record of the folder. */
function isInstalled() {
  const record = readText(INSTALLED);
  if (record === null) return false;
  const found = JSON.parse(record).packages;
  const wanted = JSON.parse(readFileSync(LOCKFILE, "utf8")).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "" || entry.link === true) return true;
    const present = found[path];
    if (present === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

/** npm may be told not to run install scripts; the package `node` fetches its program in one. */
async function ensureNode() {
  const wanted = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).devDependencies.node;
  if (ask(NODE, ["--version"]) === `v${wanted}`) return;
  console.log(`Node ${wanted} is missing in node_modules (its install script did not run); fetching it ...`);
  const script = join(ROOT, "node_modules/node/installArchSpecificPackage.js");
  if (existsSync(script)) {
    await run(process.execPath, [script], { cwd: join(ROOT, "node_modules/node") });
    if (
      ask(join(ROOT, "node_modules/node/bin/node"), ["--version"]) === `v${wanted}` &&
      ask(NODE, ["--version"]) === null
    )
      await npm(["rebuild", "node", "--ignore-scripts"]);
  }
  if (ask(NODE, ["--version"]) !== `v${wanted}`)
    fail(
      `Node ${wanted} could not be installed: run "npm rebuild node --foreground-scripts" and look at its output`,
      1,
    );
}

function npm(args) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith(".js") ? run(process.execPath, [cli, ...args]) : run("npm", args);
}

function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
