import { existing } from "../existing";
import { defineOperation } from "../operation";
import { changeModels, heldBy } from "./change-models";
import { modelGroupOutput } from "./model-group-output";
import { GroupModelsInput, ModelGroup } from "./schema";

/** Takes models out of a group; those it does not hold are passed over. */
export const removeModels = defineOperation({
  name: "modelGroups.removeModels",
  method: "DELETE",
  path: "/model-groups/{id}/models",
  summary: "Removes models from a model group.",
  permission: "model-groups:write",
  input: GroupModelsInput,
  output: ModelGroup,
  errors: ["not_found"],
  async run({ id, models }, { ports }) {
    const before = existing(await ports.modelGroups.find(id));
    const remove = heldBy(before, models);
    if (remove.length === 0) return { output: modelGroupOutput(before) };
    const output = modelGroupOutput(await changeModels(ports.modelGroups, before, { given: models, remove }));
    return { output, audit: { target: `model-group:${id}`, before: modelGroupOutput(before), after: output } };
  },
});
