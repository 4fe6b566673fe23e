import { givenFilters, readListCursor } from "../list-cursor";
import { listOutput, readTextPosition } from "../list-output";
import { defineOperation } from "../operation";
import { ListModelsInput, ModelList } from "./schema";

/** The models of which something is said. */
export const listModels = defineOperation({
  name: "models.list",
  method: "GET",
  path: "/models",
  summary: "Lists the models with a known maximum output or pinned habits.",
  permission: "prices:read",
  input: ListModelsInput,
  output: ModelList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit, ...given }, { ports }) {
    const filter = givenFilters(given);
    const page = await ports.models.page(filter, { limit, after: readListCursor(cursor, filter, readTextPosition) });
    return { output: listOutput(page, { filter, position: ({ name }) => [name], item: (row) => row }) };
  },
});
