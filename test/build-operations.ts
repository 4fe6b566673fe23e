import { createAccounts } from "@/accounts/create-accounts";
import type { ChannelProbe } from "@/core/channels/channel-row";
import type { LiveChannel } from "@/core/channels/live-channel";
import type { LiveReading } from "@/core/channels/live-feed";
import { AppError } from "@/core/errors";
import { createKeyAttempts } from "@/core/keys/key-attempts";
import type { OperationPorts, SystemState } from "@/core/ports";
import { createPresentAccessToken, type PresentAccessToken } from "@/core/present-access-token";
import type { PackagedCatalogue } from "@/core/prices/import-report";
import type { PriceRow } from "@/core/prices/price";
import { createSecretBox } from "@/lib/secret-box";
import type { Actor } from "@/operations/operation";
import { OPERATIONS } from "@/operations/registry";
import { createRunOperation, type RunOperation } from "@/operations/run-operation";
import { fileProvisioning } from "@/provisioning/file-provisioning";
import { accessTokenSource } from "@/stores/postgres/access-token-store";
import { authSource } from "@/stores/postgres/auth-source";
import { keySignInStore } from "@/stores/postgres/key-sign-in-store";
import { createTransact, operationStores } from "@/stores/postgres/operation-stores";
import { accountCredentials, accounts, signIns, verifications } from "@/stores/postgres/schema/account";
import { signInAttemptStore } from "@/stores/postgres/sign-in-attempts";
import { userStore } from "@/stores/postgres/user-store";
import { buildDatabase, type TestDatabase } from "./build-database";
import { buildQuotaPorts, type TestQuotas } from "./build-quota-ports";
import { buildPriceRow } from "./build-usage";
import { type FakeClock, fakeClock } from "./fake-clock";

/** Operations over a real database; upstreams and prices are what the test says. */
export type TestOperations = {
  readonly database: TestDatabase;
  readonly clock: FakeClock;
  readonly run: RunOperation;
  readonly ports: OperationPorts;
  readonly transact: ReturnType<typeof createTransact>;
  readonly accounts: ReturnType<typeof createAccounts>;
  readonly presentAccessToken: PresentAccessToken;
  readonly faults: AppError[];
  readonly quotas: TestQuotas;
  /** A new user with a dashboard account, as an actor. */
  signUp(role: "admin" | "user", name: string): Promise<Actor & { userId: number }>;
  /** Rows of the audit log, oldest first. */
  audit(): Promise<readonly TestAuditRow[]>;
};

/** A row of the audit log as it is stored. */
export type TestAuditRow = {
  via: string | null;
  actor_kind: string;
  actor_name: string;
  address: string | null;
  operation: string;
  target: string;
  before: unknown;
  after: unknown;
};

/** Nobody. */
export const ANONYMOUS: Actor = {
  kind: "anonymous",
  via: "api",
  role: null,
  userId: null,
  name: "anonymous",
  address: null,
};
/** The password of `signUp`. */
export const TEST_PASSWORD = "correct horse battery";

const PACKAGED: Pick<PackagedCatalogue, "rows" | "report"> = {
  rows: [buildPriceRow({ id: -1, model: "gpt-4o", provider: "openai", source: "catalogue" })],
  report: { providers: 1, models: 1, rows: 1, rounded: [], unknownKeys: {}, unpriced: [] },
};

/** What a test says about its operations. */
type OperationsScene = {
  probe?: ChannelProbe;
  beginChannelTest?: OperationPorts["beginChannelTest"];
  live?: readonly LiveChannel[];
  prices?: readonly PriceRow[];
  /** One price of OpenAI unless told. */
  packaged?: Pick<PackagedCatalogue, "rows" | "report">;
  system?: Partial<OperationPorts["system"]>;
  state?: Partial<SystemState>;
};

/** Builds operations on a database of their own; drop it when the suite ends. */
export async function buildOperations(given: OperationsScene = {}): Promise<TestOperations> {
  const database = await buildDatabase();
  const clock = fakeClock(new Date().toISOString());
  const faults: AppError[] = [];
  const box = createSecretBox("a secret of more than thirty-two characters");
  const access = buildAccounts(database, clock, faults);
  const quotas = buildQuotaPorts(database, clock);
  const liveReading = (): LiveReading => ({
    asOf: clock.now(),
    stale: false,
    source: "shared",
    rows: given.live ?? [],
  });
  const others = (db: Parameters<typeof access.storeFor>[0]) => ({
    accounts: access.storeFor(db),
    probeChannel: given.probe ?? (async () => ({ ok: true as const, latencyMs: 5, models: ["gpt-4o", "other"] })),
    beginChannelTest: given.beginChannelTest ?? (async () => ({ end() {} })),
    readLiveChannels: async () => liveReading(),
    secrets: box,
    async judgeUpstream(url: string) {
      if (new URL(url).hostname === "169.254.169.254") throw new AppError("base_url_forbidden", { class: "metadata" });
    },
    isProvider: (id: string) => id === "openai" || id === "anthropic",
    isPriced: (model: string) => model === "gpt-4o",
    packagedPrices: () => given.packaged ?? PACKAGED,
    effectivePrices: (model: string) => (given.prices ?? []).filter((row) => row.model === model),
    quotas: quotas.ports,
    provisioning: fileProvisioning,
    system: {
      version: "0.0.0",
      database: "embedded" as const,
      counters: "memory" as const,
      hasSecret: true,
      publicUrl: null,
      role: "all",
      fixedSettings: {},
      environmentSettings: {},
      ...given.system,
    },
    systemState: () => ({ databaseSilentMs: 0, ledgerLagMs: 0, countersSilentMs: 0, ...given.state }),
  });
  const transact = createTransact(database, others);
  const ports = { ...operationStores(database.db, database), ...others(database.db) };
  const run = createRunOperation({ operations: OPERATIONS, ports, transact, clock });
  return {
    database,
    clock,
    run,
    ports,
    transact,
    accounts: access,
    presentAccessToken: createPresentAccessToken({
      source: accessTokenSource(database),
      attempts: createKeyAttempts(clock),
      clock,
    }),
    faults,
    quotas,
    signUp: signUpIn(ports),
    audit: () => readAudit(database),
  };
}

function buildAccounts(database: TestDatabase, clock: FakeClock, faults: AppError[]): TestOperations["accounts"] {
  return createAccounts({
    db: database.db,
    schema: { accounts, signIns, accountCredentials, verifications },
    secret: "a secret of more than thirty-two characters",
    attempts: signInAttemptStore(database),
    keySignIns: keySignInStore(database),
    keys: authSource(database),
    users: userStore(database.db),
    clock,
    publicUrl: () => null,
    newRequestId: () => "req_1",
    reportFault: (error) => faults.push(error),
  });
}

function signUpIn(ports: OperationPorts): TestOperations["signUp"] {
  return async (role, name) => {
    const email = `${name}@example.com`;
    const values = { name, email, role, enabled: true, locale: null, timeZone: null, managedBy: null };
    const row = await ports.users.insert(values);
    await ports.accounts.setPassword({ id: row.id, name, email }, TEST_PASSWORD);
    return { kind: "account", via: "page", role, userId: row.id, name, address: "203.0.113.7" };
  };
}

async function readAudit({ sql }: TestOperations["database"]) {
  return sql<TestAuditRow[]>`
    select via, actor_kind, actor_name, address, operation, target, before, after from audit_log order by id`;
}
