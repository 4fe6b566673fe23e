import { NO_TOOLS } from "@/core/prices/cost-counts";
import { invalidField, readText, readTokenLimit } from "../read-fields";
import { toolDeclarations, UNITS } from "../read-tool-units";
import { type BodyScan, governedFields, isScanError, scanBody } from "../scan-body";
import { COUNTED_TOOLS, MAX_TOOL_CALLS } from "./wire";

const TYPE = governedFields(["type"]);
/** Without the quote, which a search would stop at too often. */
const MARKS = COUNTED_TOOLS.map(({ declared }) => Buffer.from(declared));
/** Only an escape of a character below U+0100 can spell a type otherwise. */
const ESCAPE = Buffer.from("\\u00");

/**
 * The most units of each counted tool that a body allows: `max_tool_calls` of each tool that is declared, else 5 for each declaration
 * (quota.md Q32). Throws `invalid_body` where a `type` may be read in two ways, or the maximum is no whole number.
 */
export function declaredTools(scan: BodyScan): Readonly<Record<string, number>> {
  const most = readTokenLimit(scan, MAX_TOOL_CALLS);
  const units: Record<string, number> = {};
  for (const declaration of toolDeclarations(scan, mayDeclare)) {
    const name = toolOf(declaration);
    if (name !== null) units[name] = most ?? (units[name] ?? 0) + UNITS;
  }
  return Object.keys(units).length === 0 ? NO_TOOLS : units;
}

function mayDeclare(tools: Buffer): boolean {
  return MARKS.some((mark) => tools.includes(mark)) || tools.includes(ESCAPE);
}

/** `web_search`, also as `web_search_preview` or with the date of a version. */
function toolOf(declaration: Buffer): string | null {
  const scan = scanBody(declaration, TYPE);
  if (isScanError(scan)) throw invalidField("tools", "declarations with `type` in lower case");
  const type = readText(scan, "type");
  const tool = COUNTED_TOOLS.find(({ declared }) => type === declared || type?.startsWith(`${declared}_`) === true);
  return tool?.name ?? null;
}
