import type { ChannelCredentialRow, ChannelRow } from "@/core/channels/channel-row";
import type { ModelRow } from "@/core/models/model";
import type { ModelGroupRow } from "@/core/models/model-group";
import type { PriceRow } from "@/core/prices/price";
import type { Settings } from "@/core/settings/settings";
import { listChannels, listCredentials } from "./channel-store";
import type { Database } from "./client";
import type { Handle } from "./handle";
import { modelGroupStore } from "./model-group-store";
import { modelStore } from "./model-store";
import { priceStore } from "./price-store";
import { configVersion } from "./schema/config-version";
import { settingStore } from "./setting-store";

/** The stored configuration of one version. */
export type StoredConfig = {
  readonly version: number;
  /** Stored settings only. */
  readonly settings: Partial<Settings>;
  /** All channels, disabled ones too, by priority then id. */
  readonly channels: readonly ChannelRow[];
  /** Of all channels, each one's in its order; sealed under `credentialContext`. */
  readonly credentials: readonly ChannelCredentialRow[];
  /** Admin rows and imported catalogue rows. */
  readonly prices: readonly PriceRow[];
  readonly modelGroups: readonly ModelGroupRow[];
  readonly models: readonly ModelRow[];
};

/** Reads the configuration that snapshots are built from. */
export type ConfigSource = { loadConfig(): Promise<StoredConfig> };

/** The version in force, as the transaction of `tx` sees it. */
export async function readConfigVersion(tx: Handle): Promise<number> {
  const [row] = await tx.select({ version: configVersion.version }).from(configVersion);
  return row?.version ?? 0;
}

/** Reads version, settings, channels, prices, model groups and models from one database snapshot. */
export function configSource(database: Database): ConfigSource {
  return {
    loadConfig: () =>
      database.transaction(
        async (tx) => {
          const version = await readConfigVersion(tx);
          const settings = await settingStore(tx).read();
          const channels = await listChannels(tx);
          const credentials = await listCredentials(tx);
          const modelGroups = await modelGroupStore(tx).list({});
          const models = await modelStore(tx).list();
          const prices = await priceStore(tx).list({});
          return { version, settings, channels, credentials, prices, modelGroups, models };
        },
        { snapshot: true },
      ),
  };
}
