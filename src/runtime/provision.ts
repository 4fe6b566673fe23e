import { systemClock } from "@/lib/clock";
import { createLogger } from "@/observability/logger";
import type { ApplyReport } from "@/provisioning/apply-config";
import { exportConfig } from "@/provisioning/export-config";
import { version } from "../../package.json";
import { applyConfigText, readConfigText } from "./apply-config-text";
import { bringSchema } from "./bring-schema";
import { masterSecret } from "./master-secret";
import { type Tools, withTools } from "./open-tools";
import { startFault } from "./start-fault";
import { wireAdmin } from "./wire-parts";

/** `npm run provision -- FILE` and `-- --export`: applies a file to the configured database, or prints what it holds in that shape. */
export function provision(args: readonly string[], ask: { root: string; say(line: string): void }): Promise<void> {
  const [path, ...more] = args;
  if (path === undefined || more.length > 0 || (path.startsWith("-") && path !== "--export"))
    throw startFault("Usage: npm run provision -- FILE, or npm run provision -- --export");
  const text = path === "--export" ? null : readConfigText(path, "provision");
  return withTools(ask.say, async (tools) => {
    const { operations } = await openAdmin(tools, { root: ask.root, text });
    if (text === null) return ask.say((await operations.transact(exportConfig)).trimEnd());
    const report = await applyConfigText(text, { source: path, transact: operations.transact, clock: systemClock });
    for (const line of linesOf(report)) ask.say(line);
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

/** What a run did, for a person; `unchanged` when there was nothing to do. */
function linesOf({ created, changed, removed, configVersion }: ApplyReport): readonly string[] {
  const lines = [
    ...created.map((label) => `created ${label}`),
    ...changed.map((label) => `changed ${label}`),
    ...removed.map((label) => `removed ${label}`),
  ];
  return lines.length === 0 ? ["unchanged"] : [...lines, `applied as configuration ${configVersion}`];
}
