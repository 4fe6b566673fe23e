import type { AuthLookups, AuthSnapshots, SharedSnapshots } from "@/core/auth-snapshot";
import type { ConfigFeed } from "@/core/config/config-feed";
import { buildConfigSnapshot, type ConfigSnapshot, type ConfigSnapshots } from "@/core/config-snapshot";
import { createConfigSnapshots } from "@/core/config-snapshots";
import type { PriceRow } from "@/core/prices/price";
import { buildPriceBook, type Catalogue } from "@/core/prices/price-book";
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
  readonly catalogue: Catalogue;
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
  /** True when a price row or the catalogue covers the model on a channel that may not be saved yet. */
  isPriced(model: string, provider: string | null, baseUrl: string): boolean;
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
    usesPreviousSecret = stored.channels.some(({ sealed }) => sealed !== null && ask.secrets.isPrevious(sealed));
    return snapshotOf(stored, ask);
  };
  proveSecret(await source.loadConfig(), ask.secrets);
  const config = createConfigSnapshots({
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
    isPriced: (model, provider, baseUrl) => book.isPriced(model, { id: null, provider, baseUrl }),
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
function proveSecret(stored: StoredConfig, secrets: SecretBox): void {
  const sealed = stored.channels.filter((channel) => channel.sealed !== null);
  const isOpened = sealed.some(({ id, sealed: text }) => secrets.open(text ?? "", `channel:${id}`) !== null);
  if (sealed.length > 0 && !isOpened)
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
    credentials: stored.channels.flatMap(({ id, sealed, credentialSetAt }) =>
      sealed === null ? [] : [{ channelId: id, sealed, setAt: credentialSetAt ?? 0 }],
    ),
    open: ask.secrets.open,
    prices: stored.prices,
    catalogue: ask.catalogue,
    modelGroups: stored.modelGroups.map(({ id, name, slug, models }) => ({ id, name, slug, models })),
    models: stored.models,
    now: ask.clock.now,
  });
}
