import { z } from "zod";
import type { FieldErrorCode } from "../field-error-codes";
import { because, listOf, modelName, orDefault, searchField, strict, whole } from "../references";

const tokens = whole(1, 1_000_000);

/** Fields of a model; shared by REST and the provisioning file. Null or absent: not said, so that the estimate goes by what it learns. */
export const modelFields = {
  /** The model as it is billed, compared exactly. */
  name: modelName,
  /** The most output tokens of one reply. */
  maxOutputTokens: orDefault(tokens.nullable(), null),
  /** Bytes of text per input token: the worst case reckons with 2. */
  bytesPerToken: orDefault(
    z
      .number(because("invalid"))
      .min(2, "out_of_range" satisfies FieldErrorCode)
      .max(8, "out_of_range" satisfies FieldErrorCode)
      .nullable(),
    null,
  ),
  /** Output tokens that one choice is expected to have. */
  expectedOutputTokens: orDefault(tokens.nullable(), null),
};

/** Input of `models.put`: all that is said of a model. */
export const PutModelInput = strict(modelFields);
/** See the schema. */
export type PutModelInput = z.output<typeof PutModelInput>;
/** Input of `models.list`: those whose name contains `q`. */
export const ListModelsInput = strict({ q: searchField.optional() });

/** What is said of a model. */
export const Model = z
  .object({
    name: z.string(),
    maxOutputTokens: z.int().nullable(),
    bytesPerToken: z.number().nullable(),
    expectedOutputTokens: z.int().nullable(),
    managedBy: z.literal("file").nullable(),
  })
  .meta({ id: "Model" });
/** Output of `models.list`, by name. */
export const ModelList = listOf(Model).meta({ id: "ModelList" });
