import { defineOperation } from "../operation";
import { toWholeList } from "../to-output";
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
  errors: [],
  async run({ q = "" }, { ports }) {
    const wanted = q.toLowerCase();
    const rows = await ports.models.list();
    return { output: toWholeList(rows.filter(({ name }) => name.toLowerCase().includes(wanted))) };
  },
});
