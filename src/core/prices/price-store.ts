import type { ListPage, PageAsk } from "../vocabulary";
import type { PriceRow } from "./price";

/** A position in the list of prices. */
export type PricePosition = Pick<PriceRow, "model" | "effectiveFrom" | "id">;

/** Port: see its methods. */
export type PriceStore = {
  /** Waits until no other transaction changes the configuration; what is read from then on stays true until the end of this one. */
  hold(): Promise<void>;
  list(filter: { model?: string; source?: PriceRow["source"] }): Promise<readonly PriceRow[]>;
  /** A page of an admin's rows whose model contains `q`, in the same order. */
  page(filter: { q?: string }, ask: PageAsk<PricePosition>): Promise<ListPage<PriceRow>>;
  insert(rows: readonly Omit<PriceRow, "id">[], createdBy: string): Promise<readonly PriceRow[]>;
};
