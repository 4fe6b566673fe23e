import type { ListPage, NamePosition, PageAsk, Versioned } from "../vocabulary";

/** A set of models that limits aim at; a model belongs to at most one (quota.md section 1). */
export type ModelGroupRow = Versioned & {
  readonly name: string;
  /** Made from the name, unique, `[a-z0-9-]`: for headers. */
  readonly slug: string;
  /** True for a group that was made of one model and still holds just that one. */
  readonly isSingleModel: boolean;
  /** As `normaliseModel` writes them, sorted by code unit. */
  readonly models: readonly string[];
};
/** Writable columns of a model group. */
export type ModelGroupValues = Pick<ModelGroupRow, "name" | "isSingleModel" | "managedBy">;
/** A model that could not be added, and the group that it belongs to. */
export type TakenModel = { readonly model: string; readonly modelGroupId: number; readonly modelGroupName: string };

/** Port: see its methods. Models are given as `normaliseModel` writes them. */
export type ModelGroupStore = {
  /** By name. */
  list(filter: { q?: string }): Promise<readonly ModelGroupRow[]>;
  /** A page of the same list. */
  page(filter: { q?: string }, ask: PageAsk<NamePosition>): Promise<ListPage<ModelGroupRow>>;
  find(id: number): Promise<ModelGroupRow | null>;
  findByName(name: string): Promise<ModelGroupRow | null>;
  /** Throws name_taken. */
  insert(values: ModelGroupValues): Promise<ModelGroupRow>;
  /** Steps the version, also for an empty patch. Throws version_conflict when `version` is given and stale, name_taken, not_found. */
  update(id: number, patch: Partial<ModelGroupValues>, version?: number): Promise<ModelGroupRow>;
  /**
   * Adds models that are in no group. Those of another group stay where they are and are returned: of two writers who want a model, one
   * wins and the other learns who. Throws not_found.
   */
  addModels(id: number, models: readonly string[]): Promise<readonly TakenModel[]>;
  /** Models that are not in the group are passed over. */
  removeModels(id: number, models: readonly string[]): Promise<void>;
  /** Removes the group with its limits and boosts; how many of them ended, boosts that were over left out. null: no such group. */
  delete(id: number): Promise<{ readonly limits: number; readonly boosts: number } | null>;
};
