import { defineOperation } from "../operation";
import { toWholeList } from "../to-output";
import { modelGroupOutput } from "./model-group-output";
import { ListModelGroupsInput, ModelGroupList } from "./schema";

/** All model groups with their models, by name. */
export const listModelGroups = defineOperation({
  name: "modelGroups.list",
  method: "GET",
  path: "/model-groups",
  summary: "Lists model groups with their models.",
  permission: "model-groups:read",
  input: ListModelGroupsInput,
  output: ModelGroupList,
  errors: [],
  async run({ q }, { ports }) {
    const rows = await ports.modelGroups.list(q === undefined ? {} : { q });
    return { output: toWholeList(rows.map(modelGroupOutput)) };
  },
});
