import { invalidField, readModel } from "../read-fields";
import { type BodyScan, governedFields, isScanError, type ScannedMember, scanBody } from "../scan-body";
import { jsonSource, skipValue, skipWhite } from "../skip-json";

const FIELDS = governedFields(["model"]);
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACKET = 0x5d;
/** A key that is `model` in any spelling: only letters of ASCII fold to its letters, and only such an escape can write one. */
const MAY_NAME_ONE = /"model"|\\u00/i;

/** No model. */
const NONE: readonly string[] = [];

/**
 * The models besides `model` that a Messages body names and that may run on its behalf (protocols-and-pricing.md N4): those of `fallbacks`
 * and of the tools that have one of their own, such as an adviser. Each once, in their order. Most bodies name none, which a search of
 * their bytes tells. Throws `invalid_body` where one may be read in two ways, and where `fallbacks` is no list of objects.
 */
export function readSecondaryModels(scan: BodyScan): readonly string[] {
  const fallbacks = scan.members.get("fallbacks");
  const tools = scan.members.get("tools");
  const models: string[] = [];
  if (fallbacks !== undefined && fallbacks.type !== "null")
    collect(scan.bytes, fallbacks, { field: "fallbacks", models });
  if (tools?.type === "array" && MAY_NAME_ONE.test(scan.bytes.toString("latin1", tools.valueStart, tools.valueEnd)))
    collect(scan.bytes, tools, { field: "tools", models });
  return models.length === 0 ? NONE : [...new Set(models)];
}

type Collecting = { readonly field: "fallbacks" | "tools"; readonly models: string[] };

function collect(bytes: Buffer, list: ScannedMember, { field, models }: Collecting): void {
  if (list.type !== "array") throw invalidField(field, "a list of objects");
  const source = jsonSource(bytes);
  let at = skipWhite(bytes, list.valueStart + 1);
  while (bytes[at] !== CLOSE_BRACKET) {
    const end = skipValue(source, at);
    if (bytes[at] === OPEN_BRACE) models.push(...modelOf(bytes.subarray(at, end), field));
    else if (field === "fallbacks") throw invalidField(field, "a list of objects");
    at = skipWhite(bytes, end);
    if (bytes[at] === COMMA) at = skipWhite(bytes, at + 1);
  }
}

/** Nested values are sent as they came, so one that another parser may read otherwise is refused. */
function modelOf(entry: Buffer, field: Collecting["field"]): readonly string[] {
  const scan = scanBody(entry, FIELDS);
  if (isScanError(scan)) throw invalidField(field, "objects with `model` in lower case");
  const model = scan.members.get("model");
  if (model === undefined) return NONE;
  if (!model.isPlainKey || scan.removed.length > 0) throw invalidField(field, "objects with one plain `model` each");
  return [readModel(scan)];
}
