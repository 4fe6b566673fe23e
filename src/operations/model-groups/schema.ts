import { z } from "zod";
import type { FieldErrorCode } from "../field-error-codes";
import {
  because,
  byId,
  idField,
  listOf,
  nameField,
  searchField,
  strict,
  versionedShape,
  versionField,
} from "../references";

/** A model as groups store it (`normaliseModel`): trimmed, NFC, lower case; 1..200 printable characters without spaces or `*`. */
const groupModel = z
  .string(because("model_name_invalid"))
  .trim()
  .normalize("NFC")
  .toLowerCase()
  .regex(/^[^\s\p{C}*]{1,200}$/u, "model_name_invalid" satisfies FieldErrorCode);

/** Different models, at most 1000. */
const groupModels = z
  .array(groupModel, because("invalid", "models_required"))
  .max(1000, "too_long" satisfies FieldErrorCode)
  .refine((models) => new Set(models).size === models.length, "model_duplicate" satisfies FieldErrorCode);
const someModels = groupModels.min(1, "models_required" satisfies FieldErrorCode);

/** Fields of a model group; shared by form, REST and the provisioning file. */
export const modelGroupFields = { name: nameField, models: groupModels };

/** Input of `modelGroups.create`. */
export const CreateModelGroupInput = strict({ name: nameField, models: groupModels.default([]) });
/** Input of `modelGroups.update`: a patch; `models` replaces the whole list. */
export const UpdateModelGroupInput = strict({
  id: idField,
  version: versionField,
  name: nameField.optional(),
  models: groupModels.optional(),
});
/** Input of `modelGroups.addModels` and `modelGroups.removeModels`. */
export const GroupModelsInput = strict({ id: idField, models: someModels });
/** Input of `modelGroups.moveModels`: from the group `from` to the group `id`. */
export const MoveModelsInput = strict({ id: idField, from: idField, models: someModels });
/** Input of `modelGroups.createSingle`. */
export const CreateSingleInput = strict({ model: groupModel });
/** Input of `modelGroups.list`; the text is looked for in names and models. */
export const ListModelGroupsInput = strict({ q: searchField.optional() });
/** Input of `modelGroups.get`. */
export const GetModelGroupInput = byId;
/** Input of `modelGroups.delete`. */
export const DeleteModelGroupInput = byId;

/** A model group. */
export const ModelGroup = z
  .object({
    ...versionedShape,
    name: z.string(),
    /** Made from the name, `[a-z0-9-]`: stands for the group in headers. */
    slug: z.string(),
    /** Made of one model and still that. */
    isSingleModel: z.boolean(),
    /** Trimmed, NFC, lower case; sorted. */
    models: z.array(z.string()),
  })
  .meta({ id: "ModelGroup" });
/** See the schema. */
export type ModelGroup = z.infer<typeof ModelGroup>;
/** Output of `modelGroups.list`, by name. */
export const ModelGroupList = listOf(ModelGroup).meta({ id: "ModelGroupList" });
/** See the schema. */
export type ModelGroupList = z.infer<typeof ModelGroupList>;
/** Output of `modelGroups.delete`: how many limits and boosts ended with it; no user ever does. */
export const DeletedModelGroup = z
  .object({ id: z.int(), limits: z.int(), boosts: z.int(), users: z.int() })
  .meta({ id: "DeletedModelGroup" });
