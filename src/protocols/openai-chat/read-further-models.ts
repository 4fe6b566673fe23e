import { checkModelName, invalidField } from "../read-fields";
import type { BodyScan } from "../scan-body";

/** Fields by which routers in front of several vendors are told of models that may answer instead. */
const FIELDS = ["models", "fallbacks"] as const;
const MAX_BYTES = 16 * 1024;

/** No model. */
const NONE: readonly string[] = [];

/**
 * The models besides `model` that a chat body names (protocols-and-pricing.md N4): as texts, or as objects with a `model`. Each once, in their
 * order. Throws `invalid_body` for anything else in these lists: it may name one, too.
 */
export function readFurtherModels(scan: BodyScan): readonly string[] {
  const models = FIELDS.flatMap((field) => {
    const member = scan.members.get(field);
    if (member === undefined || member.type === "null") return NONE;
    const { valueStart, valueEnd } = member;
    if (member.type !== "array" || valueEnd - valueStart > MAX_BYTES) throw invalidField(field, EXPECTED);
    const list: readonly unknown[] = JSON.parse(scan.bytes.toString("utf8", valueStart, valueEnd));
    return list.map((entry) => modelIn(entry, field));
  });
  return models.length === 0 ? NONE : [...new Set(models)];
}

const EXPECTED = "a list of model names of at most 16 KiB";

function modelIn(entry: unknown, field: string): string {
  if (typeof entry === "string") return checkModelName(entry);
  const pairs = typeof entry === "object" && entry !== null ? Object.entries(entry) : [];
  const named = pairs.filter(([key]) => key.toLowerCase() === "model");
  const [[key, model] = []] = named;
  if (named.length !== 1 || key !== "model") throw invalidField(field, EXPECTED);
  return checkModelName(model);
}
