import { watch } from "node:fs";
import { join, resolve } from "node:path";
import { ensureBuilt, SOURCES } from "./build.mjs";
import { startDemo } from "./demo.mjs";
import { ensureInstalled } from "./install.mjs";
import { fail, NODE, ROOT } from "./run-command.mjs";
import { superviseServer } from "./supervise.mjs";

const flags = process.argv.slice(2);
const entry = flags.find((flag) => flag.startsWith("--entry="))?.slice("--entry=".length) ?? "main";
// Paths are the caller's, who may stand in another folder than the project's.
const rest = flags
  .filter((flag) => !/^--(entry=|demo$|watch$)/.test(flag))
  .map((flag) => (flag.startsWith("-") ? flag : resolve(process.env.INIT_CWD ?? process.cwd(), flag)));

await ensureInstalled();
if (!(await ensureBuilt({ pages: needsPages() }))) fail("The build failed: see the output above", 1);
const demo = flags.includes("--demo") ? await startDemo() : null;
const server = superviseServer({
  node: NODE,
  args: [`dist/server/${entry}.js`, ...rest],
  env: demo?.env ?? {},
  onListening: (url) => demo?.announce(url),
});
if (flags.includes("--watch")) watchSources();
process.exitCode = await server.ended;
await demo?.stop();

/** The dashboard is part of the roles `all` and `console` of the main entry alone. */
function needsPages() {
  return entry === "main" && process.env.SLUICE_ROLE !== "gateway";
}

/** Builds again and restarts after a change; a build that fails leaves the running server alone. */
function watchSources() {
  let timer = null;
  let isBuilding = false;
  const rebuild = async () => {
    if (isBuilding) return schedule();
    isBuilding = true;
    if (await ensureBuilt({ pages: needsPages() })) server.restart();
    isBuilding = false;
  };
  const schedule = () => {
    clearTimeout(timer);
    timer = setTimeout(rebuild, 300);
  };
  for (const folder of SOURCES.filter((path) => !path.includes("."))) {
    try {
      watch(join(ROOT, folder), { recursive: true }, schedule);
    } catch {
      // a folder that does not exist has nothing to watch
    }
  }
}
