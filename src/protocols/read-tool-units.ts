import { NO_TOOLS } from "@/core/prices/cost-counts";
import { invalidField, readText, readTokenLimit } from "./read-fields";
import { type BodyScan, governedFields, isScanError, scanBody } from "./scan-body";
import { jsonSource, skipValue, skipWhite } from "./skip-json";

/** Units of a declared tool that a call is reckoned with when it sets no maximum (quota.md Q32). */
const UNITS = 5;
const FIELDS = governedFields(["type", "max_uses"]);
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACKET = 0x5d;

/**
 * The most units of a tool that the declarations in `tools` allow: the `max_uses` of each, else 5. A declaration is of the tool when its
 * type is the tool's name, an underscore and a version. Most bodies declare none, which one search of their bytes tells: only an escape of
 * a character below U+0100 can spell the type otherwise. Throws `invalid_body` where `type` or `max_uses` may be read in two ways.
 */
export function readToolUnits(scan: BodyScan, tool: string): Readonly<Record<string, number>> {
  const tools = scan.members.get("tools");
  if (tools?.type !== "array") return NO_TOOLS;
  const { bytes } = scan;
  const span = bytes.subarray(tools.valueStart, tools.valueEnd);
  if (!span.includes(`"${tool}_`) && !span.includes("\\u00")) return NO_TOOLS;
  const source = jsonSource(bytes);
  let units = 0;
  let at = skipWhite(bytes, tools.valueStart + 1);
  while (bytes[at] !== CLOSE_BRACKET) {
    const end = skipValue(source, at);
    if (bytes[at] === OPEN_BRACE) units += unitsOf(bytes.subarray(at, end), `${tool}_`);
    at = skipWhite(bytes, end);
    if (bytes[at] === COMMA) at = skipWhite(bytes, at + 1);
  }
  return units === 0 ? NO_TOOLS : { [tool]: units };
}

function unitsOf(declaration: Buffer, prefix: string): number {
  const scan = scanBody(declaration, FIELDS);
  if (isScanError(scan)) throw invalidField("tools", "declarations with `type` and `max_uses` in lower case");
  if (readText(scan, "type")?.startsWith(prefix) !== true) return 0;
  return readTokenLimit(scan, "max_uses") ?? UNITS;
}
