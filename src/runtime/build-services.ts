import type { SystemFacts } from "@/core/ports";
import type { Clock } from "@/lib/clock";
import { createSecretBox, deriveKey } from "@/lib/secret-box";
import type { Log } from "@/observability/logger";
import type { Metrics, Readings } from "@/observability/metrics";
import { OPERATIONS } from "@/operations/registry";
import { createRest } from "@/rest/create-rest";
import { ledgerStore } from "@/stores/postgres/ledger-store";
import { isSetupFinished, issueSetupToken } from "@/stores/postgres/setup-store";
import { createCatalogue } from "@/stores/price-seed/create-catalogue";
import type { RedisConnection } from "@/stores/redis/client";
import type { Cleanup } from "./cleanup";
import type { Env } from "./env";
import type { Storage } from "./open-storage";
import { createProbes, type DegradedCode, type Phase } from "./probes";
import type { ProcessIdentity } from "./process-identity";
import { dutiesOf } from "./role";
import type { Services } from "./services";
import { type StartFault, startFault } from "./start-fault";
import { type ConfigWiring, wireConfig } from "./wire-config";
import { wireGateway } from "./wire-gateway";
import { type LedgerWiring, wireLedger } from "./wire-ledger";
import { wireOperations } from "./wire-operations";
import { wireUpstream } from "./wire-upstream";

/** What the services are built on; everything here runs already. */
export type BuildAsk = {
  readonly env: Env;
  readonly storage: Storage;
  /** The master secret. */
  readonly secret: string;
  readonly redis: RedisConnection | null;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Name of this process among the replicas. */
  readonly replica: string;
  readonly self: ProcessIdentity;
  readonly version: string;
  readonly cleanup: Cleanup;
  phase(): Phase;
  say(line: string): void;
  onFatal(fault: StartFault): void;
};

/** The services, and what the start tells of them. */
export type Built = {
  readonly services: Services;
  readonly setupToken: string | null;
  describe(): Readonly<Record<string, unknown>>;
};

const FLUSH_MS = 5_000;
const LEDGER_BEHIND_MS = 60_000;
/** The feed asks every 5 s and waits 5 s for a connection. */
const DATABASE_DOWN_MS = 11_000;

/** Meets every port with its implementation, in the order in which they need each other. */
export async function buildServices(ask: BuildAsk): Promise<Built> {
  const { env, storage, clock, log, metrics, cleanup, say } = ask;
  const { database } = storage;
  const secrets = createSecretBox(ask.secret, env.previousSecrets);
  const config = await wireConfig({
    ...{ database, secrets, clock, log, catalogue: createCatalogue() },
    databaseUrl: storage.url,
    publicUrl: env.publicUrl,
    authStaleMs: env.authStaleMs,
  });
  const upstream = wireUpstream({
    ...{ env, clock, provisioned: [] },
    isEmbedded: storage.isEmbedded,
    databaseUrl: storage.url,
  });
  cleanup.add(() => upstream.client.close());
  const operations = wireOperations({
    ...{ database, config, upstream, secrets, clock, log },
    cookieSecret: deriveKey(ask.secret, "cookies").toString("base64url"),
    system: systemFacts(ask),
  });
  const ledger = await wireLedger({
    ...{ env, clock, log, replica: ask.replica, self: ask.self },
    dataDir: env.dataDir,
    store: ledgerStore(database),
    onFatal: (cause) => ask.onFatal(startFault("The journal cannot be written; see the log", { exitCode: 3, cause })),
  });
  cleanup.add(async () => {
    const left = await ledger.close(FLUSH_MS);
    if (left > 0) say(`${left} settlements are not in the database yet; the journal keeps them for the next start`);
  });
  await config.start();
  cleanup.add(() => config.feed.stop());
  const gateway = wireGateway({ env, config, ledger, upstream: upstream.client, metrics, clock, log });
  const isDatabaseUp = () => config.feed.stalenessMs() < DATABASE_DOWN_MS;
  metrics.observe(() => readingsOf({ config, ledger, isDatabaseUp: isDatabaseUp() }));
  const { accounts } = operations;
  const currentAccount = accounts.current;
  const reportFault: Services["reportFault"] = (error, requestId) =>
    log.error({ error, requestId }, "a page, an action or the admin API failed");
  const services: Services = {
    role: env.role,
    gateway,
    operations: OPERATIONS,
    runOperation: operations.run,
    handleAuth: accounts.handle,
    handleRest: createRest({ ...operations, operations: OPERATIONS, currentAccount, reportFault }),
    currentAccount,
    probes: createProbes({
      phase: ask.phase,
      degraded: () => degradedCodes(ask, { config, ledger, isDatabaseUp: isDatabaseUp() }),
      renderMetrics: metrics.render,
      metricsToken: env.metricsToken,
    }),
    bodyLimit: env.bodyLimit,
    bodyBudget: env.bodyBudget,
    clientStallMs: env.clientStallMs,
    publicUrl: operations.publicUrl,
    newRequestId: operations.newRequestId,
    reportFault,
  };
  return {
    services,
    setupToken: await setupToken(ask),
    describe: () => ({
      inflight: gateway.inflight(),
      ledgerPending: ledger.recorder.pending(),
      journalBytes: ledger.journal.sizeBytes(),
      configVersion: config.feed.version(),
    }),
  };
}

/** A fresh token for the wizard while nobody can sign in as admin; only processes that serve the pages make one. */
async function setupToken({ env, storage, clock }: BuildAsk): Promise<string | null> {
  if (!dutiesOf(env.role).servesConsole || (await isSetupFinished(storage.database.db))) return null;
  return issueSetupToken(storage.database, clock.now());
}

function systemFacts({ env, storage, redis, version }: BuildAsk): SystemFacts {
  return {
    version,
    database: storage.isEmbedded ? "embedded" : "external",
    counters: redis === null ? "memory" : "redis",
    hasSecret: true,
    publicUrl: env.publicUrl,
    role: env.role,
    fixedSettings: env.publicUrl === null ? {} : { publicUrl: "SLUICE_PUBLIC_URL" },
  };
}

type State = { config: ConfigWiring; ledger: LedgerWiring; isDatabaseUp: boolean };

function readingsOf({ config, ledger, isDatabaseUp }: State): Readings {
  return {
    ledgerLagSeconds: ledger.recorder.lagMs() / 1000,
    ledgerPending: ledger.recorder.pending(),
    journalBytes: ledger.journal.sizeBytes(),
    configVersion: config.feed.version(),
    configStalenessSeconds: config.feed.stalenessMs() / 1000,
    droppedDenials: ledger.recorder.droppedDenials(),
    isDatabaseUp,
  };
}

function degradedCodes(ask: BuildAsk, { config, ledger, isDatabaseUp }: State): readonly DegradedCode[] {
  const found: readonly (readonly [DegradedCode, boolean])[] = [
    ["redis_down", ask.redis !== null && !ask.redis.isUp()],
    ["database_down", !isDatabaseUp],
    ["ledger_behind", ledger.recorder.lagMs() > LEDGER_BEHIND_MS],
    ["journal_filling", ledger.journal.sizeBytes() > 0.8 * ask.env.journalMax],
    ["previous_secret_in_use", config.usesPreviousSecret()],
  ];
  return found.filter(([, holds]) => holds).map(([code]) => code);
}
