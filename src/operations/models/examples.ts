import { wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";

const model = { name: "gpt-4o", maxOutputTokens: 16_384, bytesPerToken: 4.1, expectedOutputTokens: 600 };
const shown = { ...model, managedBy: null };

/** Examples of the operations on models. */
export const MODEL_EXAMPLES: ExamplesOf<"models.list" | "models.put"> = {
  "models.list": { input: { q: "gpt" }, output: wholeList(shown) },
  "models.put": { input: model, output: shown },
};
