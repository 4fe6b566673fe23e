import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { type Clock, systemClock } from "@/lib/clock";
import { createLogger, type Log } from "@/observability/logger";
import { createMetrics } from "@/observability/metrics";
import { version } from "../../package.json";
import { readConfigText } from "./apply-config-text";
import { bringSchema, waitForSchema } from "./bring-schema";
import { buildServices } from "./build-services";
import { type Cleanup, createCleanup } from "./cleanup";
import { openDataDirectory } from "./data-directory";
import { type Env, readEnv } from "./env";
import { masterSecret } from "./master-secret";
import { openRedis } from "./open-redis";
import { openStorage } from "./open-storage";
import type { Phase } from "./probes";
import { identityOf } from "./process-identity";
import { dutiesOf } from "./role";
import type { Services } from "./services";
import { findServices, setServices } from "./services-slot";
import { type StartFault, startFault } from "./start-fault";

/** How the runtime is started. */
export type StartOptions = {
  /** Folder of the project: `drizzle/` lies in it. */
  readonly root?: string;
  /** Prints one line for a person. */
  say?(line: string): void;
  /** True once somebody wants the process to stop: the start gives up at its next step. */
  isCancelled?(): boolean;
  /** The process may not continue: embedded database gone, journal not writable. Exit code 3. */
  onFatal?(fault: StartFault): void;
};

/** What a running host holds. */
export type Runtime = {
  readonly env: Env;
  readonly services: Services;
  readonly log: Log;
  readonly clock: Clock;
  /** One-time token of the setup wizard; null once an admin exists. */
  readonly setupToken: string | null;
  /** Moves `/readyz` along. */
  setPhase(phase: Phase): void;
  /** One log line with the live state. */
  describe(): void;
  /** Undoes everything, last step first. Requests must have ended before. */
  stop(): Promise<void>;
};

/** Exit of a start that was told to stop. */
const CANCELLED = "the start was cancelled";
const MIN_NODE = 24;

/**
 * Starts everything a host needs, in the order of reliability-and-security.md 2.1, and puts the services into the slot. Null when this process
 * has started them before. Throws a StartFault with the line to print; whatever was started is stopped again.
 */
export async function start(options: StartOptions = {}): Promise<Runtime | null> {
  if (findServices() !== null) return null;
  const say = options.say ?? ((line) => void process.stdout.write(`${line}\n`));
  const cleanup = createCleanup((error) => say(`While stopping: ${error instanceof Error ? error.message : error}`));
  try {
    return await startAll({ ...DEFAULTS, ...options, say }, cleanup);
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

const DEFAULTS = {
  root: process.cwd(),
  isCancelled: () => false,
  onFatal: (fault: StartFault) => {
    process.stderr.write(`${fault.message}\n`);
    process.exit(fault.exitCode);
  },
};

async function startAll(options: Required<StartOptions>, cleanup: Cleanup): Promise<Runtime> {
  const { root, say, onFatal } = options;
  const goOn = () => {
    if (options.isCancelled()) throw startFault(CANCELLED, { exitCode: 1 });
  };
  if (Number.parseInt(process.versions.node, 10) < MIN_NODE)
    throw startFault(
      `Node ${process.versions.node} is too old: this program needs Node ${MIN_NODE} (npm start brings it)`,
    );
  const { env, warnings } = readEnv();
  for (const warning of warnings) say(`Warning: ${warning}`);
  // Before anything is started, so that nothing has to be stopped for a missing variable.
  if (env.databaseUrl !== null) masterSecret({ given: env.secret, isEmbedded: false, dataDir: env.dataDir });
  const configText = env.configFile === null ? null : readConfigText(env.configFile, "SLUICE_CONFIG");
  const directory = openDataDirectory(env.dataDir);
  cleanup.add(directory.release);
  const log = createLogger();
  const metrics = createMetrics(version);
  goOn();
  const storage = await openStorage({ env, cleanup, say, onFatal, goOn });
  goOn();
  const schema = { env, database: storage.database, root, say, goOn };
  if (dutiesOf(env.role).migrates) await bringSchema(schema);
  else await waitForSchema(schema);
  const secret = masterSecret({ given: env.secret, isEmbedded: storage.isEmbedded, dataDir: env.dataDir });
  const redis = await openRedis({ urls: env.redisUrls, cleanup, say });
  goOn();
  let phase: Phase = "starting";
  const self = identityOf(process.pid) ?? { pid: process.pid, startedAt: "", bootId: "" };
  const built = await buildServices({
    ...{ env, storage, secret, redis, log, metrics, say, self, cleanup, version, configText },
    clock: systemClock,
    replica: `${hostname()}-${randomBytes(3).toString("hex")}`,
    phase: () => phase,
    onFatal,
  });
  goOn();
  setServices(built.services);
  cleanup.add(() => setServices(null));
  return {
    env,
    services: built.services,
    log,
    clock: systemClock,
    setupToken: built.setupToken,
    setPhase: (next) => {
      phase = next;
    },
    describe: () => log.info({ phase, ...built.describe() }, "state"),
    stop: () => cleanup.run(),
  };
}
