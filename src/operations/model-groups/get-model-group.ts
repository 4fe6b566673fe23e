import { existing } from "../existing";
import { defineOperation } from "../operation";
import { modelGroupOutput } from "./model-group-output";
import { GetModelGroupInput, ModelGroup } from "./schema";

/** One model group. */
export const getModelGroup = defineOperation({
  name: "modelGroups.get",
  method: "GET",
  path: "/model-groups/{id}",
  summary: "Reads a model group.",
  permission: "model-groups:read",
  input: GetModelGroupInput,
  output: ModelGroup,
  errors: ["not_found"],
  async run({ id }, { ports }) {
    return { output: modelGroupOutput(existing(await ports.modelGroups.find(id))) };
  },
});
