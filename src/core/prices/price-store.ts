import type { PriceRow } from "./price";

/** Port: see its methods. */
export type PriceStore = {
  /** Waits until no other transaction changes the configuration; what is read from then on stays true until the end of this one. */
  hold(): Promise<void>;
  list(filter: { model?: string; source?: PriceRow["source"] }): Promise<readonly PriceRow[]>;
  insert(rows: readonly Omit<PriceRow, "id">[], createdBy: string): Promise<readonly PriceRow[]>;
};
