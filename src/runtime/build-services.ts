import { isDatabaseDown, isLedgerBehind } from "@/core/banners";
import { createLiveFeed } from "@/core/channels/live-feed";
import type { Readings } from "@/observability/metrics";
import { OPERATIONS } from "@/operations/registry";
import { createRest } from "@/rest/create-rest";
import { createCallLimiter } from "@/rest/limit-calls";
import { isSetupFinished, issueSetupToken } from "@/stores/postgres/setup-store";
import { openApiOnDemand } from "./openapi-on-demand";
import { createProbes, type DegradedCode, type Phase } from "./probes";
import { dutiesOf } from "./role";
import type { Services } from "./services";
import { type Ground, type Parts, wireParts } from "./wire-parts";

/** What the services are built on, and where the process is in its life. */
export type BuildAsk = Ground & { phase(): Phase };

/** The services, and what the start tells of them. */
export type Built = {
  readonly services: Services;
  readonly setupToken: string | null;
  describe(): Readonly<Record<string, unknown>>;
};

/** Builds the services of a host. */
export async function buildServices(ask: BuildAsk): Promise<Built> {
  const parts = await wireParts(ask);
  ask.metrics.observe(() => readingsOf(parts));
  return {
    services: servicesOf(parts, ask),
    setupToken: await setupToken(ask),
    describe: () => ({
      inflight: parts.gateway.inflight(),
      ledgerPending: parts.ledger.recorder.pending(),
      journalBytes: parts.ledger.journal.sizeBytes(),
      configVersion: parts.config.feed.version(),
    }),
  };
}

function servicesOf(parts: Parts, ask: BuildAsk): Services {
  const { operations } = parts;
  const { accounts, publicUrl, newRequestId, run } = operations;
  const currentAccount = accounts.current;
  const reportFault: Services["reportFault"] = (error, requestId) =>
    ask.log.error({ error, requestId }, "a page, an action or the admin API failed");
  const openApiDocument = openApiOnDemand(ask.version);
  const areDocsPublic = () => parts.config.config.current().settings.publicDocs;
  return {
    role: ask.env.role,
    gateway: parts.gateway,
    operations: OPERATIONS,
    runOperation: run,
    handleAuth: accounts.handle,
    handleRest: createRest({
      ...{ operations: OPERATIONS, run, currentAccount, publicUrl, newRequestId, reportFault, openApiDocument },
      ...{ presentAccessToken: operations.presentAccessToken, areDocsPublic },
      liveChannels: createLiveFeed({ clock: ask.clock, name: ask.replica, read: parts.slots.readLive }),
      limitCalls: createCallLimiter({
        clock: ask.clock,
        perMinute: () => parts.config.config.current().settings.apiRequestsPerMinute,
      }),
    }),
    openApiDocument,
    currentAccount,
    probes: createProbes({
      phase: ask.phase,
      degraded: () => degradedCodes(parts, ask),
      renderMetrics: ask.metrics.render,
      metricsToken: ask.env.metricsToken,
    }),
    bodyLimit: ask.env.bodyLimit,
    bodyBudget: ask.env.bodyBudget,
    clientStallMs: ask.env.clientStallMs,
    publicUrl,
    areDocsPublic,
    newRequestId,
    reportFault,
  };
}

/** A fresh token for the wizard while nobody can sign in as admin; only processes that serve the pages make one. */
async function setupToken({ env, storage, clock }: BuildAsk): Promise<string | null> {
  if (!dutiesOf(env.role).servesConsole || (await isSetupFinished(storage.database.db))) return null;
  return issueSetupToken(storage.database, clock.now());
}

function readingsOf(parts: Parts): Readings {
  const { ledger, config, quota } = parts;
  return {
    ledgerLagSeconds: ledger.recorder.lagMs() / 1000,
    ledgerPending: ledger.recorder.pending(),
    journalBytes: ledger.journal.sizeBytes(),
    configVersion: config.feed.version(),
    configStalenessSeconds: config.feed.stalenessMs() / 1000,
    droppedDenials: ledger.recorder.droppedDenials(),
    isDatabaseUp: !isDatabaseDown(parts.systemState()),
    holdsOpen: quota.engine.book.running().length,
    quotaWaiting: quota.engine.waiting(),
    ...quota.counts(),
    areCountersUp: !quota.engine.degraded.isDegraded() && parts.slots.silentMs() === 0,
    channels: parts.slots.readOwn(),
  };
}

function degradedCodes(parts: Parts, { redis, env }: BuildAsk): readonly DegradedCode[] {
  const { ledger, config } = parts;
  const state = parts.systemState();
  const found: readonly (readonly [DegradedCode, boolean])[] = [
    ["redis_down", redis !== null && !redis.isUp()],
    ["database_down", isDatabaseDown(state)],
    ["ledger_behind", isLedgerBehind(state)],
    ["journal_filling", ledger.journal.sizeBytes() > 0.8 * env.journalMax],
    ["previous_secret_in_use", config.usesPreviousSecret()],
  ];
  return found.filter(([, holds]) => holds).map(([code]) => code);
}
