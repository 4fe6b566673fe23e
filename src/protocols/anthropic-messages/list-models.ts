import { jsonReply } from "../error-reply";
import { sortedById } from "../listed-models";
import type { ListedModel, RenderedError } from "../protocol";
import { invalidField } from "../read-fields";

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1_000;

/**
 * One page of the list in Anthropic's shape (protocols-and-pricing.md 1.4): `limit`, `after_id` and `before_id`. A cursor need not name a
 * listed model: it stands for its place in the order of ids.
 * @throws `invalid_body` for a `limit` outside 1..1000
 */
export function renderMessagesModels(models: readonly ListedModel[], query: URLSearchParams): RenderedError {
  const limit = readLimit(query.get("limit"));
  const after = query.get("after_id");
  const before = query.get("before_id");
  const inRange = sortedById(models).filter(
    ({ id }) => (after === null || id > after) && (before === null || id < before),
  );
  const isBackward = before !== null && after === null;
  const page = isBackward ? inRange.slice(-limit) : inRange.slice(0, limit);
  return jsonReply(200, {
    data: page.map(shape),
    has_more: page.length < inRange.length,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  });
}

function readLimit(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw invalidField("limit", "a whole number from 1 to 1000");
  return limit;
}

/** One model in Anthropic's shape. */
export function renderMessagesModel(model: ListedModel): RenderedError {
  return jsonReply(200, shape(model));
}

function shape({ id, createdAt }: ListedModel): unknown {
  return { type: "model", id, display_name: id, created_at: new Date(createdAt).toISOString() };
}
