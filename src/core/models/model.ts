import type { ListPage, PageAsk } from "../vocabulary";
/** What an admin says of a model for the estimates of its calls (quota.md Q32); null: not said. */
export type ModelTraits = {
  /** The most output tokens of one reply. */
  readonly maxOutputTokens: number | null;
  /** Bytes of text per input token, instead of the learnt ones, 2..8. */
  readonly bytesPerToken: number | null;
  /** Output tokens of one choice, instead of the learnt ones. */
  readonly expectedOutputTokens: number | null;
};

/** Traits as they are stored, by the model's name as it is billed. */
export type ModelRow = ModelTraits & { readonly name: string; readonly managedBy: "file" | null };

/** Port: see its methods. */
export type ModelStore = {
  /** By name. */
  list(): Promise<readonly ModelRow[]>;
  /** A page of the same list, of the models whose name contains `q`; a position is a name. */
  page(filter: { q?: string }, ask: PageAsk<string>): Promise<ListPage<ModelRow>>;
  find(name: string): Promise<ModelRow | null>;
  /** Writes all traits of a model, known or new. */
  put(row: ModelRow): Promise<void>;
  delete(name: string): Promise<void>;
};
