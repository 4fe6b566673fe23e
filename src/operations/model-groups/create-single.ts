import { AppError } from "@/core/errors";
import { existing, managedBy } from "../existing";
import { defineOperation } from "../operation";
import { refuseTaken } from "./change-models";
import { modelGroupOutput } from "./model-group-output";
import { CreateSingleInput, ModelGroup } from "./schema";

const MAX_NAME = 80;

/** A group of one model, named after it, so that a limit can aim at a single model. On a conflict nothing is made. */
export const createSingle = defineOperation({
  name: "modelGroups.createSingle",
  method: "POST",
  path: "/model-groups/single",
  summary: "Creates a model group of one model, named after it.",
  permission: "model-groups:write",
  input: CreateSingleInput,
  output: ModelGroup,
  errors: ["name_taken", "model_in_other_group"],
  async run({ model }, { ports, actor }) {
    const { modelGroups } = ports;
    const name = model.slice(0, MAX_NAME);
    const owner = (await modelGroups.list({})).find((group) => group.models.includes(model));
    if (owner !== undefined) {
      refuseTaken([{ model, modelGroupId: owner.id, modelGroupName: owner.name }], () => "model");
    }
    if ((await modelGroups.findByName(name)) !== null) {
      throw new AppError("name_taken", {}, { fields: [{ path: "model", code: "name_taken" }] });
    }
    const { id } = await modelGroups.insert({ name, isSingleModel: true, managedBy: managedBy(actor) });
    refuseTaken(await modelGroups.addModels(id, [model]), () => "model");
    const output = modelGroupOutput(existing(await modelGroups.find(id)));
    return { output, audit: { target: `model-group:${id}`, before: null, after: output } };
  },
});
