import { changesOf } from "../changes-of";
import { existing } from "../existing";
import { defineOperation } from "../operation";
import { changeModels, missingFrom } from "./change-models";
import { modelGroupOutput } from "./model-group-output";
import { ModelGroup, UpdateModelGroupInput } from "./schema";

/** Changes the name or the whole list of models of a group. */
export const updateModelGroup = defineOperation({
  name: "modelGroups.update",
  method: "PATCH",
  path: "/model-groups/{id}",
  summary: "Changes the name or replaces the models of a model group.",
  permission: "model-groups:write",
  input: UpdateModelGroupInput,
  output: ModelGroup,
  errors: ["not_found", "version_conflict", "name_taken", "model_in_other_group"],
  async run({ id, version, name, models }, { ports, actor }) {
    const { modelGroups } = ports;
    const before = existing(await modelGroups.find(id));
    const changes = changesOf({ row: before, version, actor }, { name, models: models && [...models].sort() });
    if (changes === null) return { output: modelGroupOutput(before) };
    const { models: wanted, ...columns } = changes;
    let after = await modelGroups.update(id, columns, version);
    if (wanted !== undefined && models !== undefined) {
      const remove = before.models.filter((model) => !models.includes(model));
      after = await changeModels(modelGroups, before, { given: models, add: missingFrom(before, models), remove });
    }
    const output = modelGroupOutput(after);
    return { output, audit: { target: `model-group:${id}`, before: modelGroupOutput(before), after: output } };
  },
});
