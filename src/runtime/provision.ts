import { systemClock } from "@/lib/clock";
import { createLogger } from "@/observability/logger";
import { exportConfig } from "@/provisioning/export-config";
import { version } from "../../package.json";
import { applyConfigText, readConfigText } from "./apply-config-text";
import { bringSchema } from "./bring-schema";
import { masterSecret } from "./master-secret";
import { type Tools, withTools } from "./open-tools";
import { reportLines } from "./report-lines";
import { startFault } from "./start-fault";
import { wireAdmin } from "./wire-parts";

const USAGE = "Usage: npm run provision -- FILE, or npm run provision -- --export [--references]";

/** What the arguments ask for: a file to apply, or an export. Throws a StartFault with the usage. */
function readArguments(args: readonly string[]): { path: string } | { path: null; references: boolean } {
  const [first, second, ...more] = args;
  const isExport = first === "--export" && (second === undefined || second === "--references") && more.length === 0;
  if (isExport) return { path: null, references: second !== undefined };
  if (first === undefined || second !== undefined || first.startsWith("-")) throw startFault(USAGE);
  return { path: first };
}

/**
 * `npm run provision -- FILE` and `-- --export`: applies a file to the configured database, or prints what it holds in that shape;
 * `--references` names a variable where a secret belongs.
 */
export function provision(args: readonly string[], ask: { root: string; say(line: string): void }): Promise<void> {
  const asked = readArguments(args);
  const text = asked.path === null ? null : readConfigText(asked.path, "provision");
  return withTools(ask.say, async (tools) => {
    const { operations } = await openAdmin(tools, { root: ask.root, text });
    if (asked.path === null) {
      const document = await operations.transact((ports) => exportConfig(ports, asked));
      return ask.say(document.trimEnd());
    }
    const { transact } = operations;
    const report = await applyConfigText(text ?? "", { source: asked.path, transact, clock: systemClock });
    for (const line of reportLines(report)) ask.say(line);
  });
}

async function openAdmin({ env, storage, cleanup, say }: Tools, { root, text }: { root: string; text: string | null }) {
  await bringSchema({ env, database: storage.database, root, say, goOn: () => undefined });
  const secret = masterSecret({ given: env.secret, isEmbedded: storage.isEmbedded, dataDir: env.dataDir });
  const log = createLogger({ level: "warn" });
  return wireAdmin({
    env,
    storage,
    cleanup,
    say,
    secret,
    log,
    version,
    redis: null,
    clock: systemClock,
    configText: text,
  });
}
