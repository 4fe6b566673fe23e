import { existing } from "../existing";
import { defineOperation } from "../operation";
import { changeModels, missingFrom } from "./change-models";
import { modelGroupOutput } from "./model-group-output";
import { GroupModelsInput, ModelGroup } from "./schema";

/** Puts models into a group, all of them or none; of two who want a model one wins (quota.md section 10). */
export const addModels = defineOperation({
  name: "modelGroups.addModels",
  method: "POST",
  path: "/model-groups/{id}/models",
  summary: "Adds models to a model group; a model of another group is refused.",
  permission: "model-groups:write",
  input: GroupModelsInput,
  output: ModelGroup,
  errors: ["not_found", "model_in_other_group"],
  async run({ id, models }, { ports }) {
    const before = existing(await ports.modelGroups.find(id));
    const add = missingFrom(before, models);
    if (add.length === 0) return { output: modelGroupOutput(before) };
    const output = modelGroupOutput(await changeModels(ports.modelGroups, before, { given: models, add }));
    return { output, audit: { target: `model-group:${id}`, before: modelGroupOutput(before), after: output } };
  },
});
