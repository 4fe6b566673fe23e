import { ensureBuilt } from "./build.mjs";
import { ensureInstalled } from "./install.mjs";
import { fail, NODE, projectEnv, run } from "./run-command.mjs";

await ensureInstalled();
if (!(await ensureBuilt({ pages: false }))) fail("The build failed", 1);
const env = projectEnv({ NODE_ENV: "production" });
process.exit(await run(NODE, ["dist/bench/run.js", ...process.argv.slice(2)], { env }));
