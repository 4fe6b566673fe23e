import { createModelGroup } from "@/operations/model-groups/create-model-group";
import { removeModels } from "@/operations/model-groups/remove-models";
import { updateModelGroup } from "@/operations/model-groups/update-model-group";
import { runInside } from "@/operations/run-operation";
import type { ConfigFile } from "./config-file";
import type { Step } from "./step";

type Entry = ConfigFile["modelGroups"][number];

/** Takes the models out of a group that the file does not list there any more, so that another group of the file may take them. */
export function releaseModels({ name, models }: Entry, index: number): Step {
  return {
    path: `modelGroups[${index}]`,
    label: `model group ${name}`,
    async run(context) {
      const row = await context.ports.modelGroups.findByName(name);
      const gone = row?.models.filter((model) => !models.includes(model)) ?? [];
      if (row === null || gone.length === 0) return;
      await runInside(removeModels, { id: row.id, models: gone }, context);
    },
  };
}

/** Creates or changes the model group of that name; its models are those of the file and no others. */
export function applyModelGroup({ name, models }: Entry, index: number): Step {
  return {
    path: `modelGroups[${index}]`,
    label: `model group ${name}`,
    async run(context) {
      const row = await context.ports.modelGroups.findByName(name);
      if (row === null) return runInside(createModelGroup, { name, models }, context);
      return runInside(updateModelGroup, { id: row.id, version: row.version, name, models }, context);
    },
  };
}
