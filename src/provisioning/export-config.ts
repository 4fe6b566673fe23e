import { stringify } from "yaml";
import type { OperationPorts } from "@/core/ports";
import type { PriceRow } from "@/core/prices/price";
import { formatUnitPrice } from "@/core/prices/unit-price";
import type { StoredBoost } from "@/core/quota/boost-store";
import { formatAmount } from "@/core/quota/limit-amount";
import type { StoredLimit } from "@/core/quota/limit-store";
import { formatMultiplier } from "@/lib/money";
import { limitNames } from "./limit-names";
import { rateOf } from "./rate-names";

/** The current configuration as a provisioning file, without secrets, credentials and passwords; applying it changes nothing. */
export async function exportConfig(ports: OperationPorts): Promise<string> {
  const memberships = Map.groupBy(await ports.userGroups.listUsers({}), ({ userId }) => userId);
  const channels = await ports.channels.list();
  const channelNames = new Map(channels.map((channel) => [channel.id, channel.name]));
  const userGroups = await ports.userGroups.list({});
  const groupNames = new Map(userGroups.map(({ id, name }) => [id, name]));
  const document = {
    settings: await ports.settings.read(),
    channels: channels.map(({ costMultiplierPpm, ...row }) => ({
      name: row.name,
      protocols: row.protocols,
      operations: row.operations,
      provider: row.provider,
      baseUrl: row.baseUrl,
      models: row.models.map(({ name, upstream }) => (name === upstream ? name : { name, upstream })),
      priority: row.priority,
      weight: row.weight,
      costMultiplier: formatMultiplier(costMultiplierPpm),
      timeouts: row.timeouts,
      headers: row.headers,
      usageInStream: row.usageInStream,
      inputIncludesCache: row.inputIncludesCache,
      onDisconnect: row.onDisconnect,
      limiter: row.limiter,
      overflow: row.overflow,
      breaker: row.breaker,
      rpm: row.rpm,
      tpm: row.tpm,
      // the id of a group that is gone is no name: such a channel must not come back open to everyone
      userGroups: row.userGroups.map((id) => groupNames.get(id) ?? `#${id}`),
      enabled: row.enabled,
    })),
    userGroups: userGroups.map(({ name, costMultiplierPpm }) => ({
      name,
      ...(costMultiplierPpm === null ? {} : { costMultiplier: formatMultiplier(costMultiplierPpm) }),
    })),
    users: (await ports.users.list({})).map(
      ({ id, name, email, role, locale, timeZone, ipAllow, ipDeny, maxConcurrent, enabled }) => ({
        ...{ name, email, role, locale, timeZone, ipAllow, ipDeny, maxConcurrent, enabled },
        groups: (memberships.get(id) ?? []).map(({ userGroupName }) => userGroupName),
      }),
    ),
    keys: (await ports.keys.list({})).map(
      ({ userName, name, expiresAt, models, ipAllow, ipDeny, maxConcurrent, enabled }) => ({
        user: userName,
        name,
        expiresAt: isoOrNull(expiresAt),
        models,
        ...{ ipAllow, ipDeny, maxConcurrent },
        enabled,
      }),
    ),
    modelGroups: (await ports.modelGroups.list({})).map(({ name, models }) => ({ name, models })),
    models: (await ports.models.list()).map(({ managedBy: _, ...traits }) => traits),
    limits: (await ports.limits.listAll()).map(limitOf),
    rates: (await ports.rates.listAll()).map(rateOf),
    boosts: (await ports.boosts.listAll()).filter(({ endedAt }) => endedAt === null).map(boostOf),
    prices: inForce(await ports.prices.list({ source: "admin" })).map((row) => priceEntry(row, channelNames)),
  };
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 120 });
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
    from: isoOrNull(validFrom),
    to: isoOrNull(validTo),
    ...(note === null ? {} : { note }),
  };
}

function priceEntry(row: PriceRow, channelNames: ReadonlyMap<number, string>) {
  const components = Object.entries(row.components).map(([name, pico]) => [name, formatUnitPrice(name, pico)] as const);
  return {
    model: row.model,
    channel: row.channelId === null ? null : (channelNames.get(row.channelId) ?? null),
    effectiveFrom: isoOrNull(row.effectiveFrom),
    serviceTier: row.serviceTier,
    minInputTokens: row.minInputTokens,
    dailyUtcFrom: row.dailyUtcFrom,
    dailyUtcTo: row.dailyUtcTo,
    priceAs: row.priceAs,
    components: Object.fromEntries(components),
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

function isoOrNull(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
