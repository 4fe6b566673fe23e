import { versioned, wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { ModelGroup } from "./schema";

const group: ModelGroup = {
  ...versioned(2),
  ...{ name: "frontier", slug: "frontier", isSingleModel: false, models: ["claude-opus-4-5", "gpt-4o"] },
};

/** Examples of the operations on model groups. */
export const MODEL_GROUP_EXAMPLES: ExamplesOf<
  | ("modelGroups.list" | "modelGroups.get" | "modelGroups.create" | "modelGroups.createSingle")
  | ("modelGroups.update" | "modelGroups.delete")
  | ("modelGroups.addModels" | "modelGroups.removeModels" | "modelGroups.moveModels")
> = {
  "modelGroups.list": { input: { q: "gpt" }, output: wholeList(group) },
  "modelGroups.get": { input: { id: 2 }, output: group },
  "modelGroups.create": { input: { name: "frontier", models: ["gpt-4o", "claude-opus-4-5"] }, output: group },
  "modelGroups.createSingle": {
    input: { model: "gemini-2.5-pro" },
    output: {
      ...versioned(6),
      ...{ name: "gemini-2.5-pro", slug: "gemini-2-5-pro", isSingleModel: true, models: ["gemini-2.5-pro"] },
    },
  },
  "modelGroups.update": {
    input: { id: 2, version: 1, name: "top" },
    output: { ...group, version: 2, name: "top", slug: "top" },
  },
  "modelGroups.delete": { input: { id: 2 }, output: { id: 2, limits: 3, boosts: 1, users: 0 } },
  "modelGroups.addModels": {
    input: { id: 2, models: ["o3"] },
    output: { ...group, version: 2, models: [...group.models, "o3"] },
  },
  "modelGroups.removeModels": {
    input: { id: 2, models: ["gpt-4o"] },
    output: { ...group, version: 2, models: ["claude-opus-4-5"] },
  },
  "modelGroups.moveModels": {
    input: { id: 2, from: 5, models: ["o3"] },
    output: { ...group, version: 2, models: [...group.models, "o3"] },
  },
};
