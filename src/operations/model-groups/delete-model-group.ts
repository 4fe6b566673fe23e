import { existing } from "../existing";
import { defineOperation } from "../operation";
import { modelGroupOutput } from "./model-group-output";
import { DeletedModelGroup, DeleteModelGroupInput } from "./schema";

/** Removes a model group with the limits and boosts that aim at it (quota.md Q1); spend stays in the ledger under its id. */
export const deleteModelGroup = defineOperation({
  name: "modelGroups.delete",
  method: "DELETE",
  path: "/model-groups/{id}",
  summary: "Deletes a model group with its limits and boosts; the ledger keeps what was spent.",
  permission: "model-groups:write",
  input: DeleteModelGroupInput,
  output: DeletedModelGroup,
  errors: ["not_found"],
  async run({ id }, { ports }) {
    const before = modelGroupOutput(existing(await ports.modelGroups.find(id)));
    const ended = existing(await ports.modelGroups.delete(id));
    const output = { id, ...ended, users: 0 };
    return { output, audit: { target: `model-group:${id}`, before: { ...before, ended }, after: null } };
  },
});
