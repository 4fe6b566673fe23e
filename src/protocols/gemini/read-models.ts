import { jsonElements } from "../json-elements";
import { invalidField, readText } from "../read-fields";
import { type BodyScan, governedFields } from "../scan-body";
import type { Edit } from "../splice-body";
import { nestedObject, spellingIn } from "./nested-object";
import { COUNTED_REQUEST, MODELS_PREFIX, modelId } from "./wire";

/** A place where a body names its model: the span of the value, and whether it is the full name. */
export type NamedModel = { readonly start: number; readonly end: number; readonly isFullName: boolean };

/** Where a body names its model, and the edits of the objects that do. */
export type NamedModels = { readonly models: readonly NamedModel[]; readonly edits: readonly Edit[] };

const FIELDS = governedFields(["model"]);
const OPEN_BRACE = 0x7b;

/**
 * All places of a body that name a model: its own member, that of each of `requests`, that of the request to count.
 * @param model of the path
 * @throws `invalid_body` where one is not the model of the path (protocols-and-pricing.md N3)
 */
export function readNamedModels(body: BodyScan, model: string): NamedModels {
  const models: NamedModel[] = [];
  const edits: Edit[] = [];
  const take = (scan: BodyScan, offset: number) => {
    const named = namedIn(scan, { model, offset });
    if (named !== null) models.push(named);
  };
  take(body, 0);
  for (const span of innerRequests(body)) {
    const inner = nestedObject(body, span, FIELDS);
    if (inner === null) continue;
    take(inner.scan, inner.offset);
    edits.push(...inner.edits);
  }
  return { models, edits };
}

function* innerRequests(body: BodyScan) {
  const counted = body.members.get(spellingIn(body, COUNTED_REQUEST));
  if (counted !== undefined) yield counted;
  const requests = body.members.get("requests");
  if (requests === undefined) return;
  for (const { start, end } of jsonElements(body.bytes, requests.valueStart)) {
    if (body.bytes[start] === OPEN_BRACE) yield { valueStart: start, valueEnd: end, type: "object" as const };
  }
}

function namedIn(scan: BodyScan, { model, offset }: { model: string; offset: number }): NamedModel | null {
  const member = scan.members.get("model");
  if (member === undefined || member.type === "null") return null;
  const name = readText(scan, "model");
  if (name === null || modelId(name) !== model) throw invalidField("model", "the model of the path");
  return {
    start: offset + member.valueStart,
    end: offset + member.valueEnd,
    isFullName: name.startsWith(MODELS_PREFIX),
  };
}
