import type { ModelGroupRow } from "@/core/models/model-group";
import { toVersioned } from "../to-output";
import type { ModelGroup } from "./schema";

/** A model group as the API shows it. */
export function modelGroupOutput(row: ModelGroupRow): ModelGroup {
  return {
    ...toVersioned(row),
    name: row.name,
    slug: row.slug,
    isSingleModel: row.isSingleModel,
    models: [...row.models],
  };
}
