import { jsonReply } from "./error-reply";
import { sortedById } from "./listed-models";
import type { ListedModel, RenderedError } from "./protocol";

/** The list in OpenAI's shape: sorted by id, without paging (protocols-and-pricing.md 1.4). */
export function renderOpenaiModels(models: readonly ListedModel[]): RenderedError {
  return jsonReply(200, { object: "list", data: sortedById(models).map(shape) });
}

/** One model in OpenAI's shape. */
export function renderOpenaiModel(model: ListedModel): RenderedError {
  return jsonReply(200, shape(model));
}

function shape({ id, ownedBy, createdAt }: ListedModel): unknown {
  return { id, object: "model", created: Math.floor(createdAt / 1_000), owned_by: ownedBy };
}
