import type { ChannelModel, ChannelSnapshot, OpenCredential } from "./channels/channel";
import type { ChannelCredentialRow, ChannelRow } from "./channels/channel-row";
import type { LimitedChannel } from "./channels/channel-slots";
import { credentialContext } from "./channels/credential-context";
import { mapModel } from "./channels/map-model";
import type { ModelRow, ModelTraits } from "./models/model";
import type { PriceRow } from "./prices/price";
import { buildPriceBook, type Catalogue } from "./prices/price-book";
import { type ModelGroup, normaliseModel } from "./quota/limit";
import type { Settings } from "./settings/settings";
import { OPERATION_NAMES } from "./vocabulary";

/** Finds price rows for a model on a channel (protocols-and-pricing.md 7.1, selection). Built once per config version. */
export type PriceBook = {
  /**
   * The candidate rows, level by level: admin rows for channel + model, admin rows for the model, catalogue rows of the channel's
   * provider, catalogue rows of the model's own provider. `selectPriceRow` takes the first level that matches and follows `priceAs`.
   * Empty: unpriced.
   */
  rowsFor(model: string, channel: ChannelSnapshot | null): readonly PriceRow[];
  /** An admin's rows of model `*` on a channel and for all, for the policy `default_price`. */
  defaultRows(channel: ChannelSnapshot | null): readonly PriceRow[];
};

/** Settings, channels and prices of one config version; immutable. */
export type ConfigSnapshot = {
  readonly version: number;
  readonly settings: Settings;
  /** Enabled channels with a weight above 0 in ranking order of priority, then id; also those without a usable credential. */
  readonly channels: readonly ChannelSnapshot[];
  /** Every channel, those too that take nothing: what its limiter must know. */
  readonly limited: readonly LimitedChannel[];
  /** Names of all of them by id. */
  readonly channelNames: ReadonlyMap<number, string>;
  /** Channels that serve a model in a protocol, by its exact name or by a prefix (channels-and-rates.md C3), whoever may see them. */
  channelsFor(query: { model: string; protocol: string; operation: string }): readonly ChannelSnapshot[];
  readonly prices: PriceBook;
  /** The group of a requested model, compared as model groups store it (quota.md section 1); null: none. */
  modelGroupOf(model: string): ModelGroup | null;
  /** What is said of a billed model, compared exactly; null: nothing. */
  traitsOf(model: string): ModelTraits | null;
  /** All model groups by id, those without a model too. */
  readonly modelGroups: ReadonlyMap<number, ModelGroup>;
};

/** The snapshot in force; replaced whole when the config version steps. */
export type ConfigSnapshots = { current(): ConfigSnapshot };

/** What a snapshot is built from, read in one transaction. */
export type ConfigParts = {
  readonly version: number;
  readonly settings: Settings;
  readonly channels: readonly ChannelRow[];
  readonly credentials: readonly ChannelCredentialRow[];
  /** Opens a sealed credential of a `credentialContext`; null when it cannot. */
  readonly open: (sealed: string, context: string) => string | null;
  /** Stored price rows. */
  readonly prices: readonly PriceRow[];
  readonly catalogue: Catalogue;
  /** Models of the model groups, normalised. */
  readonly modelGroups: readonly (ModelGroup & { readonly models: readonly string[] })[];
  readonly models: readonly ModelRow[];
  /** Epoch ms. */
  readonly now: () => number;
};

const NO_CHANNELS: readonly ChannelSnapshot[] = [];

/** Opens credentials and builds the indexes, so that a lookup on the request path allocates nothing. */
export function buildConfigSnapshot(parts: ConfigParts): ConfigSnapshot {
  const sealed = Map.groupBy(parts.credentials, ({ channelId }) => channelId);
  const channels = parts.channels
    .filter((row) => row.enabled && row.weight > 0)
    .sort((a, b) => a.priority - b.priority || a.id - b.id)
    .map((row) => snapshotOf(row, openCredentials(sealed.get(row.id) ?? [], parts.open)));
  const index = indexChannels(channels);
  const groups = new Map(
    parts.modelGroups.flatMap(({ models, ...group }) => models.map((model): [string, ModelGroup] => [model, group])),
  );
  const modelGroups = new Map(parts.modelGroups.map(({ models: _, ...group }) => [group.id, group]));
  const traits = new Map<string, ModelTraits>(parts.models.map((row) => [row.name, row]));
  return {
    version: parts.version,
    settings: parts.settings,
    channels,
    limited: parts.channels.map(({ id, enabled, weight, limiter }) => ({ id, isOpen: enabled && weight > 0, limiter })),
    channelNames: new Map(parts.channels.map(({ id, name }) => [id, name])),
    channelsFor: ({ model, protocol, operation }) => index.get(protocol)?.get(operation)?.(model) ?? NO_CHANNELS,
    prices: buildPriceBook({ stored: parts.prices, catalogue: parts.catalogue, now: parts.now }),
    modelGroupOf: groups.size === 0 ? () => null : remembered((model) => groups.get(normaliseModel(model)) ?? null),
    traitsOf: (model) => traits.get(model) ?? null,
    modelGroups,
  };
}

function openCredentials(rows: readonly ChannelCredentialRow[], open: ConfigParts["open"]): readonly OpenCredential[] {
  return rows.flatMap(({ channelId, id, enabled, sealed }) => {
    const value = enabled ? open(sealed, credentialContext(channelId, id)) : null;
    return value === null ? [] : [{ id, value }];
  });
}

function snapshotOf({ userGroups, ...row }: ChannelRow, credentials: readonly OpenCredential[]): ChannelSnapshot {
  const isPattern = ({ name }: ChannelModel) => name.endsWith("*");
  const exact = row.models.filter((model) => !isPattern(model));
  return {
    ...row,
    credential: credentials[0]?.value ?? null,
    credentials,
    models: new Map(exact.map((model) => [model.name, model])),
    patterns: row.models.filter(isPattern).sort((a, b) => b.name.length - a.name.length),
    access: new Set(userGroups),
  };
}

/** Names come from clients: no more of them are remembered. */
const REMEMBERED_NAMES = 10_000;

/** Normalising a name costs more than looking it up. */
function remembered<Value>(find: (name: string) => Value): (name: string) => Value {
  const known = new Map<string, Value>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const value = find(name);
    if (known.size < REMEMBERED_NAMES) known.set(name, value);
    return value;
  };
}

/** protocol -> operation -> the channels of a model in ranking order. */
type ChannelIndex = ReadonlyMap<string, ReadonlyMap<string, (model: string) => readonly ChannelSnapshot[]>>;

function indexChannels(channels: readonly ChannelSnapshot[]): ChannelIndex {
  const index = new Map<string, Map<string, ChannelSnapshot[]>>();
  for (const channel of channels) {
    for (const protocol of channel.protocols) {
      const byOperation = getOrAdd(index, protocol, () => new Map<string, ChannelSnapshot[]>());
      for (const operation of channel.operations ?? OPERATION_NAMES)
        getOrAdd<ChannelSnapshot[]>(byOperation, operation, () => []).push(channel);
    }
  }
  const finders = [...index].map(([protocol, byOperation]) => {
    const found = [...byOperation].map(([operation, list]) => [operation, finderOf(list)] as const);
    return [protocol, new Map(found)] as const;
  });
  return new Map(finders);
}

/** Exact names are indexed; where a channel serves prefixes, names are remembered as they come. */
function finderOf(channels: readonly ChannelSnapshot[]): (model: string) => readonly ChannelSnapshot[] {
  if (channels.some(({ patterns }) => patterns.length > 0))
    return remembered((model) => {
      const found = channels.filter((channel) => mapModel(channel, model) !== null);
      return found.length === 0 ? NO_CHANNELS : found;
    });
  const byModel = new Map<string, ChannelSnapshot[]>();
  for (const channel of channels)
    for (const model of channel.models.keys()) getOrAdd<ChannelSnapshot[]>(byModel, model, () => []).push(channel);
  return (model) => byModel.get(model) ?? NO_CHANNELS;
}

function getOrAdd<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
