import { putModel } from "@/operations/models/put-model";
import { runInside } from "@/operations/run-operation";
import type { ConfigFile } from "./config-file";
import type { Step } from "./step";

/** Says of a model what the file says. */
export function applyModel(entry: ConfigFile["models"][number], index: number): Step {
  return {
    path: `models[${index}]`,
    label: `model ${entry.name}`,
    run: (context) => runInside(putModel, entry, context),
  };
}
