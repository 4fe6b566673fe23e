import { NO_TOOLS } from "@/core/prices/cost-counts";
import { jsonElements } from "./json-elements";
import { invalidField, readText, readTokenLimit } from "./read-fields";
import { type BodyScan, governedFields, isScanError, scanBody } from "./scan-body";

/** Units of a declared tool that a call is reckoned with when it sets no maximum (quota.md Q32). */
export const UNITS = 5;
const NONE: readonly Buffer[] = [];
const FIELDS = governedFields(["type", "max_uses"]);
const OPEN_BRACE = 0x7b;

/** A tool that the vendor runs and counts, and the bytes that tell its declarations. */
export type CountedTool = {
  readonly name: string;
  /** How a type of it begins. */
  readonly prefix: string;
  readonly quotedPrefix: Buffer;
  /** The prefix from its first underscore: rare in prose, so that a search for it costs little (1 us in 22 KB, 13 us with the quote). */
  readonly rarePart: Buffer;
};

/** Compiles the name of a tool, lower-case words joined by underscores, for `readToolUnits`. */
export function countedTool(name: string): CountedTool {
  const prefix = `${name}_`;
  const rarePart = Buffer.from(prefix.slice(prefix.indexOf("_")));
  return { name, prefix, quotedPrefix: Buffer.from(`"${prefix}`), rarePart };
}

/**
 * The most units of a tool that the declarations in `tools` allow: the `max_uses` of each, else 5. A declaration is of the tool when its
 * type is the tool's name, an underscore and a version. Most bodies declare none, which a search of their bytes tells: only an escape of
 * a character below U+0100 can spell the type otherwise. Throws `invalid_body` where `type` or `max_uses` may be read in two ways.
 */
export function readToolUnits(scan: BodyScan, tool: CountedTool): Readonly<Record<string, number>> {
  let units = 0;
  for (const declaration of toolDeclarations(scan, (tools) => mayDeclare(tools, tool)))
    units += unitsOf(declaration, tool.prefix);
  return units === 0 ? NO_TOOLS : { [tool.name]: units };
}

/**
 * The bytes of each object in the list `tools` of a body; none when it is no list, or its bytes show that they are of no interest.
 * @param isOfInterest asked once with the bytes of the whole list
 */
export function toolDeclarations(scan: BodyScan, isOfInterest: (tools: Buffer) => boolean): readonly Buffer[] {
  const tools = scan.members.get("tools");
  if (tools?.type !== "array") return NONE;
  const { bytes } = scan;
  if (!isOfInterest(bytes.subarray(tools.valueStart, tools.valueEnd))) return NONE;
  const declarations: Buffer[] = [];
  for (const { start, end } of jsonElements(bytes, tools.valueStart)) {
    if (bytes[start] === OPEN_BRACE) declarations.push(bytes.subarray(start, end));
  }
  return declarations;
}

function mayDeclare(tools: Buffer, { quotedPrefix, rarePart }: CountedTool): boolean {
  return (tools.includes(rarePart) && tools.includes(quotedPrefix)) || tools.includes("\\u00");
}

function unitsOf(declaration: Buffer, prefix: string): number {
  const scan = scanBody(declaration, FIELDS);
  if (isScanError(scan)) throw invalidField("tools", "declarations with `type` and `max_uses` in lower case");
  if (readText(scan, "type")?.startsWith(prefix) !== true) return 0;
  return readTokenLimit(scan, "max_uses") ?? UNITS;
}
