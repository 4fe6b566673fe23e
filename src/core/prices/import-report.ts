import type { Catalogue } from "./price-book";

/** What reading the price package gave and what it left out (protocols-and-pricing.md 7.2). */
export type ImportReport = {
  readonly providers: number;
  readonly models: number;
  readonly rows: number;
  /** Prices with more digits than pico-USD have. */
  readonly rounded: readonly {
    readonly provider: string;
    readonly model: string;
    readonly key: string;
    readonly value: number;
  }[];
  /** Keys that Sluice does not price, with how often they occur. */
  readonly unknownKeys: Readonly<Record<string, number>>;
  /** `provider/model` of models that have no row, as none of their keys is known. */
  readonly unpriced: readonly string[];
};

/** The packaged prices with the report of how they were read. */
export type PackagedCatalogue = Catalogue & { readonly report: ImportReport };
