import { isDatabaseDown } from "@/core/banners";
import { type ChannelTestDeps, takeTestSlot } from "@/core/channels/channel-test-slot";
import type { SystemFacts, SystemState } from "@/core/ports";
import type { Gateway } from "@/gateway/gateway-deps";
import type { Clock } from "@/lib/clock";
import { createSecretBox, deriveKey } from "@/lib/secret-box";
import type { Log } from "@/observability/logger";
import type { Metrics } from "@/observability/metrics";
import { channelHosts } from "@/provisioning/parse-config";
import { ledgerStore } from "@/stores/postgres/ledger-store";
import { readDatabaseId } from "@/stores/postgres/read-database-id";
import { createCatalogue } from "@/stores/price-seed/create-catalogue";
import type { RedisConnection } from "@/stores/redis/client";
import { type CounterPlace, redisKeys } from "@/stores/redis/redis-keys";
import { sharedSnapshots } from "@/stores/redis/shared-snapshots";
import { applyConfigText } from "./apply-config-text";
import type { Cleanup } from "./cleanup";
import type { Env } from "./env";
import { environmentSettings } from "./environment-settings";
import type { Storage } from "./open-storage";
import type { ProcessIdentity } from "./process-identity";
import { lateQuotaPorts } from "./quota-ports";
import { startLines } from "./report-lines";
import { dutiesOf } from "./role";
import { type StartFault, startFault } from "./start-fault";
import { type ConfigWiring, wireConfig } from "./wire-config";
import { wireGateway } from "./wire-gateway";
import { wireHabits } from "./wire-habits";
import { wireHealth } from "./wire-health";
import { wireHomes } from "./wire-homes";
import { type JobsWiring, wireJobs } from "./wire-jobs";
import { type LedgerWiring, wireLedger } from "./wire-ledger";
import { type OperationsWiring, wireOperations } from "./wire-operations";
import { type QuotaWiring, wireQuota } from "./wire-quota";
import { type SlotsWiring, wireSlots } from "./wire-slots";
import { wireUpstream } from "./wire-upstream";

/** What everything is built on; all of it runs already. */
export type Ground = {
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
  /** Text of the provisioning file; its channels may be private addresses. Null without one. */
  readonly configText: string | null;
  readonly cleanup: Cleanup;
  say(line: string): void;
  onFatal(fault: StartFault): void;
};

/** The parts of a running host. */
export type Parts = {
  readonly config: ConfigWiring;
  readonly operations: OperationsWiring;
  readonly ledger: LedgerWiring;
  readonly quota: QuotaWiring;
  readonly gateway: Gateway;
  readonly slots: SlotsWiring;
  /** How this process stands just now. */
  systemState(): SystemState;
};

/** What operations tell of, although it is built after them. */
type Built = {
  ledger?: LedgerWiring;
  quota?: QuotaWiring;
  jobs?: JobsWiring;
  slots?: SlotsWiring;
  tests?: ChannelTestDeps;
  place?: CounterPlace | null;
};

const FLUSH_MS = 5_000;

/** Builds operations and what they need: snapshots, upstream client, sign-in. Commands stop here; a host goes on with `wireParts`. */
export async function wireAdmin(
  ground: Omit<Ground, "metrics" | "replica" | "self" | "onFatal"> & { readonly metrics?: Metrics },
  built: Built = {}, // commands have no ledger and no engine of their own
) {
  const { env, storage, clock, log, cleanup, configText } = ground;
  const { database } = storage;
  const secrets = createSecretBox(ground.secret, env.previousSecrets);
  const config = await wireConfig({
    ...{ database, secrets, clock, log, catalogue: createCatalogue() },
    databaseUrl: storage.url,
    environment: environmentSettings(env).values,
    authStaleMs: env.authStaleMs,
    lookups: ground.metrics?.auth,
    shared: built.place ? sharedSnapshots({ ...built.place, clock, random: Math.random }) : null,
  });
  const upstream = wireUpstream({
    ...{ env, clock, provisioned: configText === null ? [] : channelHosts(configText) },
    isEmbedded: storage.isEmbedded,
    databaseUrl: storage.url,
  });
  cleanup.add(() => upstream.client.close());
  const systemState = () => ({
    databaseSilentMs: config.feed.stalenessMs(),
    ledgerLagMs: built.ledger?.recorder.lagMs() ?? 0,
    countersSilentMs: Math.max(built.quota?.engine.degraded.silentMs() ?? 0, built.slots?.silentMs() ?? 0),
  });
  const operations = wireOperations({
    ...{ database, config, upstream, secrets, clock, log },
    cookieSecret: deriveKey(ground.secret, "cookies").toString("base64url"),
    quotas: lateQuotaPorts(() => built.quota?.ports),
    system: systemFacts(ground),
    systemState,
    beginChannelTest: async (channelId) =>
      built.tests === undefined ? { end() {} } : takeTestSlot(channelId, built.tests),
    // A command has no slots: nothing runs there.
    readLiveChannels: async () =>
      (await built.slots?.readLive()) ?? { asOf: clock.now(), stale: true, source: "local", rows: [] },
  });
  return { config, upstream, operations, systemState };
}

/** Meets every port with its implementation, in the order in which they need each other. */
export async function wireParts(ground: Ground): Promise<Parts> {
  const { env, storage, clock, log, metrics, cleanup, say } = ground;
  const place = await counterPlace(ground);
  const built: Built = { place };
  const { config, upstream, operations, systemState } = await wireAdmin(ground, built);
  if (ground.configText !== null) {
    const report = await applyConfigText(ground.configText, { ...operations, clock, source: "SLUICE_CONFIG" });
    for (const line of startLines(report)) say(`SLUICE_CONFIG: ${line}`);
  }
  const ledgerRows = ledgerStore(storage.database);
  const ledger = await wireLedger({
    ...{ env, clock, log, replica: ground.replica, self: ground.self },
    dataDir: env.dataDir,
    store: ledgerRows,
    onFlushed: (ids) => built.quota?.engine.book.flushed(ids),
    onFatal: (cause) =>
      ground.onFatal(startFault("The journal cannot be written; see the log", { exitCode: 3, cause })),
  });
  built.ledger = ledger;
  cleanup.add(async () => {
    const left = await ledger.close(FLUSH_MS);
    if (left > 0) say(`${left} settlements are not in the database yet; the journal keeps them for the next start`);
  });
  await config.start();
  cleanup.add(() => config.feed.stop());
  const habits = wireHabits(storage.database);
  const { habitsOf } = habits;
  const gateways = () => built.jobs?.gateways() ?? 1;
  const quota = wireQuota({
    ...{ config, clock, log, cleanup, habitsOf, replica: ground.replica },
    database: storage.database,
    redis: place,
    gateways,
    ledger: ledgerRows,
    written: () => ledger.journal.written(),
    isLedgerUp: () => !isDatabaseDown(systemState()),
  });
  built.quota = quota;
  await quota.closeAdopted(ledger.adopted);
  const health = wireHealth({ redis: place, clock, log, cleanup });
  const slots = wireSlots({
    ...{ config, health, redis: place, replica: ground.replica, clock, log, cleanup },
    gateways,
    isReporting: dutiesOf(env.role).servesGateway,
  });
  built.slots = slots;
  const { affinity, forgetHomes } = wireHomes({ database: storage.database, redis: place, clock, log, cleanup });
  const jobs = wireJobs({
    ...{ holds: quota.holds, drift: quota.drift, habits, reportLive: slots.reportLive, forgetHomes },
    ...{ database: storage.database, accounts: operations.accounts, clock, log },
    replica: { id: ground.replica, role: env.role, release: ground.version },
    configVersion: config.feed.version,
    zone: () => config.config.current().settings.timeZone,
  });
  built.jobs = jobs;
  cleanup.add(jobs.stop);
  built.tests = { slots: slots.slots, health };
  const gateway = wireGateway({
    ...{ env, config, ledger, quota, habitsOf, metrics, clock, log },
    ...{ upstream: upstream.client, health, slots, affinity },
  });
  return { config, operations, ledger, quota, gateway, slots, systemState };
}

/** Counters on a Redis lie under the name of the database, which is asked once. */
async function counterPlace({ redis, storage }: Pick<Ground, "redis" | "storage">): Promise<CounterPlace | null> {
  if (redis === null) return null;
  return { client: redis.client, keys: redisKeys(await readDatabaseId(storage.database)) };
}

function systemFacts({
  env,
  storage,
  redis,
  version,
}: Pick<Ground, "env" | "storage" | "redis" | "version">): SystemFacts {
  const environment = environmentSettings(env);
  return {
    version,
    database: storage.isEmbedded ? "embedded" : "external",
    counters: redis === null ? "memory" : "redis",
    hasSecret: true,
    publicUrl: env.publicUrl,
    role: env.role,
    fixedSettings: environment.variables,
    environmentSettings: environment.values,
  };
}
