import type { PriceRow } from "./price";

/** Port: see its methods. */
export type PriceStore = {
  list(filter: { model?: string; source?: PriceRow["source"] }): Promise<readonly PriceRow[]>;
  insert(rows: readonly Omit<PriceRow, "id">[], createdBy: string): Promise<readonly PriceRow[]>;
};
