import type { Accounts } from "@/accounts/create-accounts";
import type { LiveReading } from "@/core/channels/live-feed";
import { createKeyAttempts } from "@/core/keys/key-attempts";
import type { OperationPorts, SystemFacts, SystemState, Transact } from "@/core/ports";
import { createPresentAccessToken, type PresentAccessToken } from "@/core/present-access-token";
import type { QuotaPorts } from "@/core/quota-ports";
import { probeChannel } from "@/gateway/probe-channel";
import type { Clock } from "@/lib/clock";
import { requestIdOf, uuidv7Hex } from "@/lib/id";
import type { SecretBox } from "@/lib/secret-box";
import type { Log } from "@/observability/logger";
import { OPERATIONS } from "@/operations/registry";
import { createRunOperation, type RunOperation } from "@/operations/run-operation";
import { fileProvisioning } from "@/provisioning/file-provisioning";
import { accessTokenSource } from "@/stores/postgres/access-token-store";
import { authSource } from "@/stores/postgres/auth-source";
import type { Database } from "@/stores/postgres/client";
import type { Handle } from "@/stores/postgres/handle";
import { keySignInStore } from "@/stores/postgres/key-sign-in-store";
import { createTransact, operationStores } from "@/stores/postgres/operation-stores";
import { accountCredentials, accounts, signIns, verifications } from "@/stores/postgres/schema/account";
import { signInAttemptStore } from "@/stores/postgres/sign-in-attempts";
import { userStore } from "@/stores/postgres/user-store";
import { accountsOnDemand } from "./accounts-on-demand";
import type { ConfigWiring } from "./wire-config";
import type { UpstreamWiring } from "./wire-upstream";

/** What operations and dashboard sign-in are made of. */
export type OperationsAsk = {
  readonly database: Database;
  readonly config: ConfigWiring;
  readonly upstream: UpstreamWiring;
  readonly secrets: SecretBox;
  /** Signs cookies. */
  readonly cookieSecret: string;
  readonly quotas: QuotaPorts;
  readonly system: SystemFacts;
  systemState(): SystemState;
  readLiveChannels(): Promise<LiveReading>;
  beginChannelTest: OperationPorts["beginChannelTest"];
  readonly clock: Clock;
  readonly log: Log;
};

/** Operations with their ports, and dashboard sign-in. */
export type OperationsWiring = {
  readonly accounts: Accounts;
  readonly run: RunOperation;
  readonly transact: Transact;
  readonly presentAccessToken: PresentAccessToken;
  publicUrl(): string | null;
  newRequestId(): string;
};

/** Gives every port of the operations its implementation. */
export function wireOperations(ask: OperationsAsk): OperationsWiring {
  const { database, config, upstream, clock, log } = ask;
  const publicUrl = () => config.config.current().settings.publicUrl;
  const newRequestId = () => requestIdOf(uuidv7Hex(clock.now()));
  const signIn = accountsOnDemand(async () => {
    const { createAccounts } = await import("@/accounts/create-accounts");
    return createAccounts({
      db: database.db,
      schema: { accounts, signIns, accountCredentials, verifications },
      secret: ask.cookieSecret,
      attempts: signInAttemptStore(database),
      keySignIns: keySignInStore(database),
      keys: authSource(database),
      users: userStore(database.db),
      clock,
      publicUrl,
      newRequestId,
      reportFault: (error, requestId) => log.error({ error, requestId }, "sign-in failed"),
    });
  });
  const probe = probeChannel({ upstream: upstream.client, clock });
  const others = (handle: Handle) => ({
    accounts: signIn.storeFor(handle),
    probeChannel: probe,
    readLiveChannels: ask.readLiveChannels,
    beginChannelTest: ask.beginChannelTest,
    secrets: ask.secrets,
    judgeUpstream: upstream.judge,
    isProvider: config.isProvider,
    isPriced: config.isPriced,
    packagedPrices: config.packagedPrices,
    effectivePrices: config.effectivePrices,
    quotas: ask.quotas,
    provisioning: fileProvisioning,
    system: ask.system,
    systemState: ask.systemState,
  });
  const transact = createTransact(database, others);
  const ports: OperationPorts = { ...operationStores(database.db, database), ...others(database.db) };
  return {
    accounts: signIn,
    run: createRunOperation({ operations: OPERATIONS, ports, transact, clock }),
    transact,
    presentAccessToken: createPresentAccessToken({
      source: accessTokenSource(database),
      attempts: createKeyAttempts(clock),
      clock,
    }),
    publicUrl,
    newRequestId,
  };
}
