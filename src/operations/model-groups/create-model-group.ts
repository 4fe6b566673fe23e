import { existing, managedBy } from "../existing";
import { defineOperation } from "../operation";
import { refuseTaken } from "./change-models";
import { modelGroupOutput } from "./model-group-output";
import { CreateModelGroupInput, ModelGroup } from "./schema";

/** A new model group. A model of another group is refused and nothing is made (quota.md section 10). */
export const createModelGroup = defineOperation({
  name: "modelGroups.create",
  method: "POST",
  path: "/model-groups",
  summary: "Creates a model group; a model belongs to one group at most.",
  permission: "model-groups:write",
  input: CreateModelGroupInput,
  output: ModelGroup,
  errors: ["name_taken", "model_in_other_group"],
  async run({ name, models }, { ports, actor }) {
    const { modelGroups } = ports;
    const { id } = await modelGroups.insert({ name, isSingleModel: false, managedBy: managedBy(actor) });
    refuseTaken(await modelGroups.addModels(id, models), (model) => `models[${models.indexOf(model)}]`);
    const output = modelGroupOutput(existing(await modelGroups.find(id)));
    return { output, audit: { target: `model-group:${id}`, before: null, after: output } };
  },
});
