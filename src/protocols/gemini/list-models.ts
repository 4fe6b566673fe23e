import type { OperationName } from "@/core/vocabulary";
import { jsonReply } from "../error-reply";
import { sortedById } from "../listed-models";
import type { ListedModel, RenderedError } from "../protocol";
import { invalidField } from "../read-fields";
import { MODELS_PREFIX } from "./wire";

const DEFAULT_SIZE = 50;
const MAX_SIZE = 1_000;

/**
 * One page of the list in Gemini's shape (protocols-and-pricing.md 1.4): `pageSize` and `pageToken`, which stands for a place in the order of
 * ids, so that it stays good while models come and go.
 * @throws `invalid_body` for a `pageSize` outside 1..1000 and for a `pageToken` that was never given
 */
export function renderGeminiModels(models: readonly ListedModel[], query: URLSearchParams): RenderedError {
  const size = readSize(query.get("pageSize"));
  const after = readToken(query.get("pageToken"));
  const rest = sortedById(models).filter(({ id }) => after === null || id > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  const more = last === undefined || page.length === rest.length ? {} : { nextPageToken: tokenOf(last.id) };
  return jsonReply(200, { models: page.map(shape), ...more });
}

/** One model in Gemini's shape. */
export function renderGeminiModel(model: ListedModel): RenderedError {
  return jsonReply(200, shape(model));
}

function readSize(text: string | null): number {
  if (text === null) return DEFAULT_SIZE;
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (size < 1 || size > MAX_SIZE) throw invalidField("pageSize", "a whole number from 1 to 1000");
  return size;
}

function tokenOf(id: string): string {
  return Buffer.from(id).toString("base64url");
}

/** The id that a page ended with; null: there was none before. */
function readToken(token: string | null): string | null {
  if (token === null || token === "") return null;
  const id = Buffer.from(token, "base64url").toString();
  if (tokenOf(id) !== token) throw invalidField("pageToken", "the nextPageToken of a page");
  return id;
}

const METHODS: Partial<Record<OperationName, readonly string[]>> = {
  generate: ["generateContent", "streamGenerateContent"],
  embedding: ["embedContent", "batchEmbedContents"],
  count_tokens: ["countTokens"],
};

/** How many tokens go in is known of no model. */
function shape({ id, maxOutputTokens, operations }: ListedModel): unknown {
  const methods = [...(operations ?? [])].flatMap((operation) => METHODS[operation] ?? []);
  return {
    name: `${MODELS_PREFIX}${id}`,
    displayName: id,
    ...(maxOutputTokens === undefined ? {} : { outputTokenLimit: maxOutputTokens }),
    supportedGenerationMethods: methods,
  };
}
