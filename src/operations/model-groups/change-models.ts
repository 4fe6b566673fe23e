import { AppError } from "@/core/errors";
import type { ModelGroupRow, ModelGroupStore, TakenModel } from "@/core/models/model-group";
import { existing } from "../existing";

/** What the caller gave, whose positions errors name; which of it is put into the group; and what is taken out. */
type ModelChange = {
  readonly given: readonly string[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
};

/** The models that a group does not hold yet. */
export function missingFrom(row: ModelGroupRow, models: readonly string[]): readonly string[] {
  return models.filter((model) => !row.models.includes(model));
}

/** The models that a group holds. */
export function heldBy(row: ModelGroupRow, models: readonly string[]): readonly string[] {
  return models.filter((model) => row.models.includes(model));
}

/** Changes the models of a group and steps its version. Throws model_in_other_group for its `models` field, not_found. */
export async function changeModels(
  store: ModelGroupStore,
  row: ModelGroupRow,
  { given, add = [], remove = [] }: ModelChange,
): Promise<ModelGroupRow> {
  await store.removeModels(row.id, remove);
  refuseTaken(await store.addModels(row.id, add), (model) => `models[${given.indexOf(model)}]`);
  const { models } = existing(await store.find(row.id));
  return store.update(row.id, { isSingleModel: row.isSingleModel && models.length === 1 });
}

/** Throws model_in_other_group, which names the groups, when models could not be added. */
export function refuseTaken(taken: readonly TakenModel[], pathOf: (model: string) => string): void {
  const [first] = taken;
  if (first === undefined) return;
  throw new AppError("model_in_other_group", paramsOf(first), {
    fields: taken.map((entry) => ({
      path: pathOf(entry.model),
      code: "model_in_other_group",
      params: paramsOf(entry),
    })),
  });
}

function paramsOf({ model, modelGroupId, modelGroupName }: TakenModel) {
  return { model, modelGroupId, modelGroup: modelGroupName };
}
