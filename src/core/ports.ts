import type { AccessTokenStore } from "./access/access-token";
import type { AuditStore } from "./audit/audit";
import type { ChannelProbe, ChannelStore } from "./channels/channel-row";
import type { ChannelTestSlot } from "./channels/channel-test-slot";
import type { LiveReading } from "./channels/live-feed";
import type { ReplicaList } from "./config/replica";
import type { IdempotencyStore } from "./idempotency/idempotency-store";
import type { KeyStore } from "./keys/key";
import type { DenialStore } from "./ledger/denial-log";
import type { RequestStore } from "./ledger/request-log";
import type { ModelStore } from "./models/model";
import type { ModelGroupStore } from "./models/model-group";
import type { PackagedCatalogue } from "./prices/import-report";
import type { PriceRow } from "./prices/price";
import type { PricedChannel } from "./prices/price-book";
import type { PriceStore } from "./prices/price-store";
import type { BoostStore } from "./quota/boost-store";
import type { LimitStore } from "./quota/limit-store";
import type { RateStore } from "./quota/rate-store";
import type { QuotaPorts } from "./quota-ports";
import type { SettingStore } from "./settings/setting-store";
import type { Settings } from "./settings/settings";
import type { UsageStore } from "./usage/usage-report";
import type { UserStore } from "./users/user";
import type { UserGroupStore } from "./users/user-group";
import type { ActorKind, ProvisioningGap, Role } from "./vocabulary";

/** Port: see its methods. */
export type AccountStore = {
  /** Creates or replaces the password sign-in of a user. `email` is the sign-in name. Throws email_taken. */
  setPassword(user: { id: number; name: string; email: string }, password: string): Promise<void>;
  /** True when the password is the user's current one: keeps provisioning idempotent. */
  verifyPassword(userId: number, password: string): Promise<boolean>;
  /** Follows a changed name or e-mail of a user who can sign in; without an account it does nothing. Throws email_taken. */
  setIdentity(user: { id: number; name: string; email: string }): Promise<void>;
  /** Ends every sign-in of the user. */
  endSignIns(userId: number): Promise<void>;
};

/** Port: see its methods. */
export type SetupStore = {
  /** True once an admin exists. */
  isFinished(): Promise<boolean>;
  /** Checks and consumes nothing; attempts are limited. Throws setup_token_invalid, too_many_attempts. */
  checkToken(token: string, now: number): Promise<void>;
  /** In the wizard's admin step, inside the transaction: takes a lock, so that a race of two admins makes one. Throws setup_finished. */
  claim(): Promise<void>;
  isDismissed(): Promise<boolean>;
  dismiss(): Promise<void>;
};

/** Who applies a provisioning file, for its audit rows. */
type Applicant = {
  readonly kind: ActorKind;
  readonly role: Role | null;
  readonly userId: number | null;
  readonly name: string;
  readonly address: string | null;
};

/** What applying a provisioning file did. Objects are told as people call them: `channel openai-main`. */
export type ProvisioningReport = {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Objects of the file that others had changed since, and who; they are among the changed ones. */
  readonly overwrote: readonly { readonly object: string; readonly editedBy: readonly string[] }[];
  /** What was made but has to be completed before it is of use. */
  readonly incomplete: readonly { readonly object: string; readonly code: ProvisioningGap }[];
  readonly configVersion: number;
};

/** Port: the whole configuration as one file (provisioning.md). */
export type Provisioning = {
  /** The file, YAML, without secrets; with `references` names of variables stand in their place. */
  export(ports: OperationPorts, options: { readonly references: boolean }): Promise<string>;
  /**
   * Applies a file on ports of one transaction. `env:NAME` in it reads `secrets` and nothing else. Throws validation_failed with every
   * problem and its path.
   */
  apply(
    document: string,
    ask: {
      readonly ports: OperationPorts;
      readonly by: Applicant;
      /** Epoch ms. */
      readonly now: number;
      readonly secrets: Readonly<Record<string, string>>;
    },
  ): Promise<ProvisioningReport>;
};

/** What operations need, bound to one transaction. */
export type OperationPorts = {
  readonly users: UserStore;
  readonly userGroups: UserGroupStore;
  readonly modelGroups: ModelGroupStore;
  readonly models: ModelStore;
  readonly keys: KeyStore;
  readonly accessTokens: AccessTokenStore;
  readonly channels: ChannelStore;
  readonly prices: PriceStore;
  readonly limits: LimitStore;
  readonly boosts: BoostStore;
  readonly rates: RateStore;
  readonly denials: DenialStore;
  readonly quotas: QuotaPorts;
  readonly settings: SettingStore;
  readonly requests: RequestStore;
  readonly usage: UsageStore;
  readonly audit: AuditStore;
  readonly idempotency: IdempotencyStore;
  readonly accounts: AccountStore;
  readonly setup: SetupStore;
  /** The running processes. */
  readonly replicas: ReplicaList;
  readonly provisioning: Provisioning;
  readonly probeChannel: ChannelProbe;
  /** Room for the test of a stored channel: one of its slots, at once; null: none is free (channels-and-rates.md C14). */
  beginChannelTest(channelId: number): Promise<ChannelTestSlot | null>;
  /** What the channels are doing, as the slots of all replicas say. Never rejects. */
  readLiveChannels(): Promise<LiveReading>;
  /** Seals and opens secrets, each under a context of its own: channel credentials under a `credentialContext`, kept replies. */
  readonly secrets: {
    seal(plain: string, context: string): string;
    open(sealed: string, context: string): string | null;
  };
  /** Judges an upstream URL by the address policy (reliability-and-security.md 8). Throws base_url_forbidden. */
  judgeUpstream(url: string): Promise<void>;
  /** True for the id of a provider of the price catalogue. */
  isProvider(id: string): boolean;
  /** True when a price row or the catalogue prices the model on a channel, saved (by its own rows too) or not. */
  isPriced(model: string, channel: PricedChannel): boolean;
  /** The prices of the installed package. */
  packagedPrices(): Pick<PackagedCatalogue, "rows" | "report">;
  /** Rows in force that price a model on no channel in particular: an admin's, else the catalogue's; empty: unpriced. */
  effectivePrices(model: string): readonly PriceRow[];
  /** Facts about this process for pages: stores, versions, public origin. */
  readonly system: SystemFacts;
  /** How this process stands just now. */
  systemState(): SystemState;
  /** Config version after the writes of this transaction. */
  configVersion(): Promise<number>;
};

/** What the wizard's check step and the viewer's banners show. */
export type SystemFacts = {
  readonly version: string;
  readonly database: "embedded" | "external";
  readonly counters: "memory" | "redis";
  readonly hasSecret: boolean;
  readonly publicUrl: string | null;
  readonly role: string;
  /** Names of settings that an environment variable fixes, with the variable. */
  readonly fixedSettings: Readonly<Record<string, string>>;
  /** The values of those settings; they win over stored ones. */
  readonly environmentSettings: Partial<Settings>;
};

/** How a process stands with what it writes to, as read just now. */
export type SystemState = {
  /** Time since the database last answered, ms. */
  readonly databaseSilentMs: number;
  /** Age of the oldest row that is not in the ledger yet, ms. */
  readonly ledgerLagMs: number;
  /** Time since the counters first failed to answer, ms; 0 while they do. */
  readonly countersSilentMs: number;
};

/** Opens a transaction around operation ports; a throw rolls it back. */
export type Transact = <T>(run: (ports: OperationPorts) => Promise<T>) => Promise<T>;
