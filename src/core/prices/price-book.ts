import type { PriceRow } from "./price";

/*
 * Finds the rows that may price a model on a channel (protocols-and-pricing.md 7.1). Levels, first to last: admin rows for channel and
 * model, admin rows for the model, catalogue rows of the channel's provider, catalogue rows of the model's own provider. The rows of all
 * levels are returned in that order: `selectPriceRow` takes the first level that matches at the instant of the request, so an admin price
 * that begins tomorrow does not hide today's catalogue price. Built once per config version; answers are remembered.
 */

/** A model of the packaged catalogue. */
export type CatalogueModel = { readonly provider: string; readonly model: string };

/** The packaged price catalogue. */
export type Catalogue = {
  /** Every packaged row; ids are negative and valid inside one release. */
  readonly rows: readonly PriceRow[];
  /** Ids of the known providers. */
  readonly providers: readonly string[];
  /** The provider that a channel's base URL belongs to. */
  providerOf(baseUrl: string): string | null;
  /** The model that a name means at a provider; null as provider: at the provider whose models are named like that. */
  matchModel(provider: string | null, model: string): CatalogueModel | null;
  rowsOf(model: CatalogueModel): readonly PriceRow[];
};

/** What prices depend on in a channel; id null: one that is not saved yet. */
export type PricedChannel = { readonly id: number | null; readonly provider: string | null; readonly baseUrl: string };

/** What a book is made of. */
export type PriceBookParts = {
  /** Stored rows: those of the admin, and catalogue rows of an import, which stand in for the packaged ones of their model. */
  readonly stored: readonly PriceRow[];
  readonly catalogue: Catalogue;
  /** Epoch ms: a model whose first price is still to come is unpriced. */
  readonly now: () => number;
};

type Known = { readonly rows: readonly PriceRow[]; readonly from: number };

/** Names come from clients and upstreams, so the memory is bounded. */
const MAX_KNOWN = 20_000;
const MAX_ALIASES = 5;
const NO_ROWS: readonly PriceRow[] = [];

/** A book over stored and packaged rows. */
export function buildPriceBook(parts: PriceBookParts) {
  const stored = indexByModel(parts.stored);
  const known = new Map<number | null, Map<string, Known>>();
  let size = 0;
  const find = (model: string, channel: PricedChannel | null): Known => {
    const channelId = channel?.id ?? null;
    const isShared = channel === null || channelId !== null;
    const found = isShared ? known.get(channelId)?.get(model) : undefined;
    if (found !== undefined) return found;
    const rows = levelsOf({ model, channel, depth: 0 }, stored, parts.catalogue).flat();
    const fresh = { rows, from: Math.min(...rows.map((row) => row.effectiveFrom)) };
    if (isShared) {
      if (size++ >= MAX_KNOWN) {
        known.clear();
        size = 1;
      }
      const ofChannel = known.get(channelId) ?? new Map<string, Known>();
      known.set(channelId, ofChannel.set(model, fresh));
    }
    return fresh;
  };
  const rowsFor = (model: string, channel: PricedChannel | null): readonly PriceRow[] => {
    const { rows, from } = find(model, channel);
    return from <= parts.now() ? rows : NO_ROWS;
  };
  return {
    /** Candidate rows, level by level; empty: unpriced now. */
    rowsFor,
    /** Rows of model `*`. */
    defaultRows: () => stored.get("*")?.filter(isForEveryChannel) ?? NO_ROWS,
    /** True when a row covers the model on such a channel now. */
    isPriced: (model: string, channel: PricedChannel | null) => rowsFor(model, channel).length > 0,
  };
}

type Query = { readonly model: string; readonly channel: PricedChannel | null; readonly depth: number };
type Stored = ReadonlyMap<string, readonly PriceRow[]>;

function indexByModel(rows: readonly PriceRow[]): Stored {
  const index = new Map<string, PriceRow[]>();
  for (const row of rows) {
    const ofModel = index.get(row.model);
    if (ofModel === undefined) index.set(row.model, [row]);
    else ofModel.push(row);
  }
  return index;
}

const isForEveryChannel = (row: PriceRow) => row.source === "admin" && row.channelId === null;

function levelsOf(query: Query, stored: Stored, catalogue: Catalogue): readonly (readonly PriceRow[])[] {
  const { model, channel } = query;
  const admin = (stored.get(model) ?? []).filter((row) => row.source === "admin");
  const levels = [
    admin.filter((row) => row.channelId !== null && row.channelId === channel?.id),
    admin.filter(isForEveryChannel),
  ];
  const provider = channel === null ? null : (channel.provider ?? catalogue.providerOf(channel.baseUrl));
  const atProvider = provider === null ? null : catalogue.matchModel(provider, model);
  const atHome = catalogue.matchModel(null, model);
  if (atProvider !== null) levels.push(catalogueRows(atProvider, stored, catalogue));
  if (atHome !== null && !isSameModel(atHome, atProvider)) levels.push(catalogueRows(atHome, stored, catalogue));
  const target = (name: string): readonly PriceRow[] =>
    query.depth >= MAX_ALIASES
      ? NO_ROWS
      : (levelsOf({ model: name, channel, depth: query.depth + 1 }, stored, catalogue)[0] ?? NO_ROWS);
  return levels.map((rows) => followAliases(rows, target)).filter((rows) => rows.length > 0);
}

function isSameModel(a: CatalogueModel, b: CatalogueModel | null): boolean {
  return a.provider === b?.provider && a.model === b.model;
}

function catalogueRows(match: CatalogueModel, stored: Stored, catalogue: Catalogue): PriceRow[] {
  const imported = (stored.get(match.model) ?? []).filter(
    (row) => row.source === "catalogue" && row.provider === match.provider,
  );
  return imported.length > 0 ? imported : [...catalogue.rowsOf(match)];
}

/** Replaces each `priceAs` row of a level by the rows of the model it names, for as long as it is in force. */
function followAliases(rows: readonly PriceRow[], target: (model: string) => readonly PriceRow[]): readonly PriceRow[] {
  if (rows.every((row) => row.priceAs === null)) return rows;
  return rows.flatMap((alias) => {
    if (alias.priceAs === null) return [alias];
    const from = alias.effectiveFrom;
    const later = rows.filter((row) => row.serviceTier === alias.serviceTier && row.effectiveFrom > from);
    const until = Math.min(...later.map((row) => row.effectiveFrom));
    const { source, channelId, provider } = alias;
    return inForce(target(alias.priceAs), from, until).map((row) => ({ ...row, source, channelId, provider }));
  });
}

/** The rows in force from one instant until another: the latest of each tier at the start, and those that begin in between. */
function inForce(rows: readonly PriceRow[], from: number, until: number): readonly PriceRow[] {
  return rows.flatMap((row) => {
    if (row.effectiveFrom >= until) return [];
    if (row.effectiveFrom > from) return [row];
    const isReplaced = rows.some(
      (other) =>
        other.serviceTier === row.serviceTier && other.effectiveFrom > row.effectiveFrom && other.effectiveFrom <= from,
    );
    return isReplaced ? [] : [{ ...row, effectiveFrom: from }];
  });
}
