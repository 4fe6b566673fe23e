import type { PriceRow } from "./price";
import { selectPriceRow } from "./select-price-row";

/*
 * Finds the rows that may price a model on a channel (protocols-and-pricing.md 7.1). Levels, first to last: admin rows for channel and
 * model, admin rows for the model, catalogue rows of the channel's provider, catalogue rows of the model's own provider. The rows of all
 * levels are returned in that order: `selectPriceRow` takes the first level that matches at the instant of the request, so an admin price
 * that begins tomorrow does not hide today's catalogue price. A row with `priceAs` carries the rows of the model that it names, which are chosen
 * from only when the row itself is: its level, dates, tier and daily window hold. Models that name each other in a circle have no price.
 * Built once per config version; answers are remembered.
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
  /** Epoch ms. */
  readonly now: () => number;
};

/** Names come from clients and upstreams, so the memory is bounded. */
const MAX_KNOWN = 20_000;
const NO_ROWS: readonly PriceRow[] = [];

/** A book over stored and packaged rows. */
export function buildPriceBook(parts: PriceBookParts) {
  const sources: Sources = { stored: indexByModel(parts.stored), catalogue: parts.catalogue };
  const known = new Map<number | null, Map<string, readonly PriceRow[]>>();
  let size = 0;
  const rowsFor = (model: string, channel: PricedChannel | null): readonly PriceRow[] => {
    const channelId = channel?.id ?? null;
    const isShared = channel === null || channelId !== null;
    const found = isShared ? known.get(channelId)?.get(model) : undefined;
    if (found !== undefined) return found;
    const rows = rowsOf({ model, channel, path: [] }, sources);
    if (isShared) {
      if (size++ >= MAX_KNOWN) {
        known.clear();
        size = 1;
      }
      const ofChannel = known.get(channelId) ?? new Map<string, readonly PriceRow[]>();
      known.set(channelId, ofChannel.set(model, rows));
    }
    return rows;
  };
  return {
    /** Candidate rows, level by level, those too that begin later. */
    rowsFor,
    /** An admin's rows of model `*`, for the policy `default_price`. */
    defaultRows: (channel: PricedChannel | null) =>
      rowsFor(ANY_MODEL, channel).filter(({ source }) => source === "admin"),
    /** True when a row prices the model on such a channel now. */
    isPriced: (model: string, channel: PricedChannel | null) =>
      hasBasePrice({ rows: rowsFor(model, channel), at: parts.now(), tier: STANDARD }),
  };
}

const ANY_MODEL = "*";
const STANDARD = "standard";

/** Whether a call of a tier has a price, however large it turns out to be. */
export function hasBasePrice(ask: {
  readonly rows: readonly PriceRow[];
  /** Epoch ms. */
  readonly at: number;
  readonly tier: string;
}): boolean {
  return selectPriceRow({ ...ask, inputTotal: 0 }) !== null;
}

type Sources = { readonly stored: ReadonlyMap<string, readonly PriceRow[]>; readonly catalogue: Catalogue };
/** `path`: the models whose `priceAs` led here. */
type Query = { readonly model: string; readonly channel: PricedChannel | null; readonly path: readonly string[] };

function indexByModel(rows: readonly PriceRow[]): Sources["stored"] {
  return Map.groupBy(rows, ({ model }) => model);
}

function rowsOf(query: Query, sources: Sources): readonly PriceRow[] {
  const { model, channel } = query;
  const path = [...query.path, model];
  const targets = new Map<string, readonly PriceRow[]>(path.map((circle) => [circle, NO_ROWS]));
  return levelsOf(query, sources)
    .flat()
    .map((row) => {
      const { priceAs } = row;
      if (priceAs === null) return row;
      const target = targets.get(priceAs) ?? rowsOf({ model: priceAs, channel, path }, sources);
      targets.set(priceAs, target);
      return { ...row, target };
    });
}

function levelsOf({ model, channel }: Query, sources: Sources): readonly (readonly PriceRow[])[] {
  const { stored, catalogue } = sources;
  const admin = (stored.get(model) ?? NO_ROWS).filter((row) => row.source === "admin");
  const levels = [
    admin.filter((row) => row.channelId !== null && row.channelId === channel?.id),
    admin.filter((row) => row.channelId === null),
  ];
  const provider = channel === null ? null : (channel.provider ?? catalogue.providerOf(channel.baseUrl));
  const atProvider = provider === null ? null : catalogue.matchModel(provider, model);
  const atHome = catalogue.matchModel(null, model);
  if (atProvider !== null) levels.push(catalogueRows(atProvider, sources));
  if (atHome !== null && !isSameModel(atHome, atProvider)) levels.push(catalogueRows(atHome, sources));
  return levels;
}

function isSameModel(a: CatalogueModel, b: CatalogueModel | null): boolean {
  return a.provider === b?.provider && a.model === b.model;
}

function catalogueRows(match: CatalogueModel, { stored, catalogue }: Sources): PriceRow[] {
  const imported = (stored.get(match.model) ?? NO_ROWS).filter(
    (row) => row.source === "catalogue" && row.provider === match.provider,
  );
  return imported.length > 0 ? imported : [...catalogue.rowsOf(match)];
}
