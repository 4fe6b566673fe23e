import { givenFilters, readListCursor } from "../list-cursor";
import { listOutput, namePosition, readNamePosition } from "../list-output";
import { defineOperation } from "../operation";
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
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit, ...given }, { ports }) {
    const filter = givenFilters(given);
    const after = readListCursor(cursor, filter, readNamePosition);
    const page = await ports.modelGroups.page(filter, { limit, after });
    return { output: listOutput(page, { filter, position: namePosition, item: modelGroupOutput }) };
  },
});
