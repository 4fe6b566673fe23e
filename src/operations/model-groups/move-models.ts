import { AppError } from "@/core/errors";
import { existing } from "../existing";
import { defineOperation } from "../operation";
import { changeModels, heldBy, missingFrom } from "./change-models";
import { modelGroupOutput } from "./model-group-output";
import { ModelGroup, MoveModelsInput } from "./schema";

/** Moves models from one group to another, all of them or none. A model that is in a third group by now is refused. */
export const moveModels = defineOperation({
  name: "modelGroups.moveModels",
  method: "POST",
  path: "/model-groups/{id}/models/move",
  summary: "Moves models from another model group to this one.",
  permission: "model-groups:write",
  input: MoveModelsInput,
  output: ModelGroup,
  errors: ["not_found", "model_in_other_group"],
  async run({ id, from, models }, { ports }) {
    if (from === id) throw new AppError("validation_failed", {}, { fields: [{ path: "from", code: "invalid" }] });
    const { modelGroups } = ports;
    const target = existing(await modelGroups.find(id));
    const source = existing(await modelGroups.find(from));
    const [remove, add] = [heldBy(source, models), missingFrom(target, models)];
    if (add.length === 0) return { output: modelGroupOutput(target) };
    const left = remove.length === 0 ? source : await changeModels(modelGroups, source, { given: models, remove });
    const output = modelGroupOutput(await changeModels(modelGroups, target, { given: models, add }));
    const audit = {
      target: `model-group:${id}`,
      before: { ...modelGroupOutput(target), from: modelGroupOutput(source) },
      after: { ...output, from: modelGroupOutput(left) },
    };
    return { output, audit };
  },
});
