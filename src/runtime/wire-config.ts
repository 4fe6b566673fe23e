import type { AuthLookups, AuthSnapshots, SharedSnapshots } from "@/core/auth-snapshot";
import { credentialContext } from "@/core/channels/credential-context";
import type { ConfigFeed } from "@/core/config/config-feed";
import { buildConfigSnapshot, type ConfigSnapshot, type ConfigSnapshots } from "@/core/config-snapshot";
import { createConfigSnapshots } from "@/core/config-snapshots";
import type { PackagedCatalogue } from "@/core/prices/import-report";
import type { PriceRow } from "@/core/prices/price";
import { buildPriceBook, type PricedChannel } from "@/core/prices/price-book";
import { mergeSettings } from "@/core/settings/merge-settings";
import type { Settings } from "@/core/settings/settings";
import { createAuthSnapshots } from "@/core/snapshot-cache";
import type { Clock } from "@/lib/clock";
import type { SecretBox } from "@/lib/secret-box";
import type { Log } from "@/observability/logger";
import { authSource } from "@/stores/postgres/auth-source";
import type { Database } from "@/stores/postgres/client";
import { createConfigFeed } from "@/stores/postgres/config-feed";
import { configSource, type StoredConfig } from "@/stores/postgres/config-source";
import { effectivePrices } from "./effective-prices";
import { startFault } from "./start-fault";

/** What the snapshots are made of. */
export type ConfigAsk = {
  readonly database: Database;
  readonly databaseUrl: string;
  readonly secrets: SecretBox;
  readonly catalogue: PackagedCatalogue;
  /** Settings that environment variables fix. */
  readonly environment: Partial<Settings>;
  readonly authStaleMs: number;
  /** Hears of look-ups of keys; commands have none. */
  readonly lookups?: AuthLookups | undefined;
  /** Snapshots of other replicas; null without Redis. */
  readonly shared: SharedSnapshots | null;
  readonly clock: Clock;
  readonly log: Log;
};

/** Snapshots of keys and configuration that follow the database by themselves. */
export type ConfigWiring = {
  readonly auth: AuthSnapshots;
  readonly config: ConfigSnapshots;
  readonly feed: ConfigFeed;
  /** Hears of the snapshot in force at once, and of every later one. */
  follow(listen: (snapshot: ConfigSnapshot) => void): void;
  /** True for the id of a provider of the price catalogue. */
  isProvider(id: string): boolean;
  /** True when a price row or the catalogue prices the model on a channel that may not be saved yet. */
  isPriced(model: string, channel: PricedChannel): boolean;
  /** The prices of the installed package. */
  packagedPrices(): Pick<PackagedCatalogue, "rows" | "report">;
  /** Rows in force that price a model on no channel in particular; empty: unpriced. */
  effectivePrices(model: string): readonly PriceRow[];
  /** A stored credential was sealed under a previous secret. */
  usesPreviousSecret(): boolean;
  /** Newest version by which limits of a caller read at `callerVersion` are still right: of both snapshots the older (quota.md Q50). */
  versionOf(callerVersion: number): number;
  /** Follows the feed from now on. */
  start(): Promise<void>;
};

/** Loads the configuration once and prepares the snapshots. */
export async function wireConfig(ask: ConfigAsk): Promise<ConfigWiring> {
  const { database, clock, log } = ask;
  const source = configSource(database);
  const bookOf = (stored: readonly PriceRow[]) => buildPriceBook({ stored, catalogue: ask.catalogue, now: clock.now });
  let book = bookOf([]);
  let usesPreviousSecret = false;
  const load = async () => {
    const stored = await source.loadConfig();
    book = bookOf(stored.prices);
    usesPreviousSecret = stored.credentials.some(({ sealed }) => ask.secrets.isPrevious(sealed));
    return snapshotOf(stored, ask);
  };
  proveSecret(await source.loadConfig(), ask.secrets);
  const followers: ((snapshot: ConfigSnapshot) => void)[] = [];
  const config = createConfigSnapshots({
    onLoaded(snapshot) {
      for (const listen of followers) listen(snapshot);
    },
    initial: await load(),
    load,
    clock,
    onError: (error) => log.warn({ error }, "the configuration could not be read; the last one stays in force"),
  });
  const auth = createAuthSnapshots({
    ...{ source: authSource(database), clock, staleMs: ask.authStaleMs, shared: ask.shared },
    ...(ask.lookups === undefined ? {} : { lookups: ask.lookups }),
  });
  const onError = (error: unknown) => log.warn({ error }, "the configuration feed lost the database");
  const feed = createConfigFeed({ url: ask.databaseUrl, database, clock, onError });
  return {
    auth,
    config,
    feed,
    follow(listen) {
      followers.push(listen);
      listen(config.current());
    },
    isProvider: (id) => ask.catalogue.providers.includes(id),
    isPriced: (model, channel) => book.isPriced(model, channel),
    packagedPrices: () => ask.catalogue,
    effectivePrices: (model) => effectivePrices(book.rowsFor(model, null), clock.now()),
    versionOf(callerVersion) {
      const seen = feed.version();
      const { version } = config.current();
      return Math.min(config.isCurrent() ? Math.max(version, seen) : version, Math.max(callerVersion, seen));
    },
    usesPreviousSecret: () => usesPreviousSecret,
    async start() {
      await feed.start((change) => {
        auth.follow(change);
        config.invalidate(change.tags);
      });
      await config.settled();
    },
  };
}

/** Another secret than the stored credentials were sealed under would start well and fail every call. */
function proveSecret({ credentials }: StoredConfig, secrets: SecretBox): void {
  const isOpened = credentials.some(
    ({ channelId, id, sealed }) => secrets.open(sealed, credentialContext(channelId, id)) !== null,
  );
  if (credentials.length > 0 && !isOpened)
    throw startFault(
      "SLUICE_SECRET does not open the stored credentials: give the secret they were stored under, or list it in SLUICE_SECRET_PREVIOUS",
    );
}

/** A variable that is set wins over the setting of the same meaning. */
function snapshotOf(stored: StoredConfig, ask: ConfigAsk): ConfigSnapshot {
  return buildConfigSnapshot({
    version: stored.version,
    settings: { ...mergeSettings(stored.settings), ...ask.environment },
    channels: stored.channels,
    credentials: stored.credentials,
    open: ask.secrets.open,
    prices: stored.prices,
    catalogue: ask.catalogue,
    modelGroups: stored.modelGroups.map(({ id, name, slug, models }) => ({ id, name, slug, models })),
    models: stored.models,
    now: ask.clock.now,
  });
}
