import { stringify } from "yaml";
import type { ModelGroupRow } from "@/core/models/model-group";
import type { OperationPorts } from "@/core/ports";
import type { PriceRow } from "@/core/prices/price";
import { formatUnitPrice } from "@/core/prices/unit-price";
import type { StoredBoost } from "@/core/quota/boost-store";
import { formatAmount } from "@/core/quota/limit-amount";
import type { StoredLimit } from "@/core/quota/limit-store";
import { DEFAULT_SETTINGS, type Settings } from "@/core/settings/settings";
import type { UserGroupRow } from "@/core/users/user-group";
import { formatMultiplier } from "@/lib/money";
import { exportChannels } from "./export-channels";
import { exportKeys, exportUsers } from "./export-users";
import { boostKey, limitKey, limitNames } from "./limit-names";
import { rateFileKey, rateOf } from "./rate-names";
import { referenceNames } from "./reference-names";

/** What an export is asked for. */
export type ExportOptions = {
  /** True: `env:NAME` stands where a secret belongs; else it is left out. */
  readonly references: boolean;
};

/**
 * The current configuration as a provisioning file, without secrets, credentials and passwords; applying it changes nothing. Its order depends
 * on the configuration alone, so that what is applied elsewhere exports the same.
 */
export async function exportConfig(
  ports: OperationPorts,
  options: ExportOptions = { references: false },
): Promise<string> {
  const name = options.references ? referenceNames() : null;
  const channels = await ports.channels.list();
  const channelNames = new Map(channels.map((channel) => [channel.id, channel.name]));
  const userGroups = await ports.userGroups.list({});
  const document = {
    settings: ordered(await ports.settings.read()),
    channels: sorted(await exportChannels(channels, { ports, userGroups, name }), byName),
    userGroups: sorted(userGroups.map(userGroupOf), byName),
    users: sorted(await exportUsers(ports, name), byName),
    keys: sorted(await exportKeys(ports, name), (key) => JSON.stringify([key.user, key.name])),
    modelGroups: sorted((await ports.modelGroups.list({})).map(modelGroupOf), byName),
    models: sorted(
      (await ports.models.list()).map(({ managedBy: _, ...traits }) => traits),
      byName,
    ),
    limits: sorted((await ports.limits.listAll()).map(limitOf), limitKey),
    rates: sorted((await ports.rates.listAll()).map(rateOf), rateFileKey),
    boosts: sorted((await ports.boosts.listAll()).filter(({ endedAt }) => endedAt === null).map(boostOf), boostKey),
    prices: sorted(
      inForce(await ports.prices.list({ source: "admin" })).map((row) => priceEntry(row, channelNames)),
      ({ components: _, priceAs: __, ...kind }) => JSON.stringify(Object.values(kind)),
    ),
  };
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 120 });
}

const byName = ({ name }: { readonly name: string }) => name;

const userGroupOf = ({ name, costMultiplierPpm }: UserGroupRow) => ({
  name,
  ...(costMultiplierPpm === null ? {} : { costMultiplier: formatMultiplier(costMultiplierPpm) }),
});

const modelGroupOf = ({ name, models }: ModelGroupRow) => ({ name, models: [...models].sort() });

/** Stored settings in the order of the schema. */
function ordered(stored: Partial<Settings>): Partial<Settings> {
  const names = Object.keys(DEFAULT_SETTINGS).filter((name) => Object.hasOwn(stored, name));
  return Object.fromEntries(names.map((name) => [name, stored[name as keyof Settings]]));
}

/** Entries by their natural key, in an order of bytes that no language changes. */
function sorted<Entry>(entries: readonly Entry[], keyOf: (entry: Entry) => string): readonly Entry[] {
  const keyed = entries.map((entry) => [keyOf(entry), entry] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, entry]) => entry);
}

/** What a limit leaves to the settings is not written. */
function limitOf(row: StoredLimit) {
  const { unit, window, state, amount, mode, enforcement } = row;
  return {
    ...limitNames(row),
    ...{ window, unit },
    ...(amount === null ? { state } : { amount: formatAmount(amount, unit) }),
    ...(mode === null ? {} : { mode }),
    ...(enforcement === null ? {} : { enforcement }),
  };
}

function boostOf({ userName, modelGroupName, unit, window, amount, validFrom, validTo, note }: StoredBoost) {
  return {
    user: userName,
    modelGroup: modelGroupName ?? "global",
    ...{ window, unit, amount: formatAmount(amount, unit) },
    from: toIso(validFrom),
    to: toIso(validTo),
    ...(note === null ? {} : { note }),
  };
}

function priceEntry(row: PriceRow, channelNames: ReadonlyMap<number, string>) {
  const components = Object.entries(row.components).map(([name, pico]) => [name, formatUnitPrice(name, pico)] as const);
  return {
    model: row.model,
    channel: row.channelId === null ? null : (channelNames.get(row.channelId) ?? null),
    effectiveFrom: toIso(row.effectiveFrom),
    serviceTier: row.serviceTier,
    minInputTokens: row.minInputTokens,
    dailyUtcFrom: row.dailyUtcFrom,
    dailyUtcTo: row.dailyUtcTo,
    priceAs: row.priceAs,
    components: Object.fromEntries(sorted(components, ([name]) => name)),
  };
}

/** Of rows that stand for the same thing at the same instant the last one counts. */
function inForce(rows: readonly PriceRow[]): readonly PriceRow[] {
  const byKind = new Map<string, PriceRow>();
  for (const row of rows) {
    const { id, components, priceAs, source, provider, ...kind } = row;
    const name = JSON.stringify(kind, Object.keys(kind).sort());
    const known = byKind.get(name);
    if (known === undefined || id > known.id) byKind.set(name, row);
  }
  return [...byKind.values()];
}

function toIso(at: number): string {
  return new Date(at).toISOString();
}
