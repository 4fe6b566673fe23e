import { NO_TOOLS } from "@/core/prices/cost-counts";
import type { OperationName } from "@/core/vocabulary";
import { jsonElements } from "../json-elements";
import type { Call, CallAsk } from "../protocol";
import {
  checkChoices,
  checkModelName,
  invalidField,
  readChoices,
  readOpenLimit,
  readText,
  scanOrThrow,
} from "../read-fields";
import { UNITS } from "../read-tool-units";
import { type BodyScan, type GovernedFields, governedFields } from "../scan-body";
import type { Edit } from "../splice-body";
import { nestedObject, spellingIn } from "./nested-object";
import { type NamedModel, readNamedModels } from "./read-models";
import { geminiTier } from "./read-usage";
import {
  ALT,
  ALT_VALUES,
  CANDIDATE_COUNT,
  CONFIG_FIELDS,
  COUNT_FIELDS,
  EMBED_FIELDS,
  GENERATE_FIELDS,
  GENERATION_CONFIG,
  MAX_OUTPUT_TOKENS,
  SEARCH_FIELDS,
  SEARCH_TOOL,
  SERVICE_TIER,
} from "./wire";

/** What the scan of a Gemini body leaves for building the upstream request. */
export type GeminiScan = {
  readonly body: BodyScan;
  /** Those of the objects inside the body; its own are no part of them. */
  readonly edits: readonly Edit[];
  readonly models: readonly NamedModel[];
};

const GENERATE = governedFields(GENERATE_FIELDS);
const EMBED = governedFields(EMBED_FIELDS);
const COUNT = governedFields(COUNT_FIELDS);
const CONFIG = governedFields(CONFIG_FIELDS);
const SEARCH = governedFields(SEARCH_FIELDS);

/** What a Gemini request asks for: its model and whether it streams stand in the path. Throws `invalid_json`, `invalid_body`. */
export function readGeminiCall({ request, body, route, names }: CallAsk): Call {
  checkAlt(request.query);
  const model = checkModelName(names.model ?? "");
  const { operation, path } = route;
  const scan = scanOrThrow(body, fieldsOf(operation));
  const { models, edits } = readNamedModels(scan, model);
  const config = readConfig(scan);
  const result: GeminiScan = { body: scan, edits: [...edits, ...config.edits], models };
  return {
    operation,
    line: route,
    model,
    secondaryModels: [],
    stream: path.endsWith(":streamGenerateContent"),
    // The usage is a part of every element of this format's streams and never taken out.
    asksStreamUsage: true,
    maxOutputTokens: operation === "generate" ? config.maxOutputTokens : 0,
    choices: config.choices,
    hasTools: scan.members.has("tools"),
    toolUnits: searchUnits(scan),
    tier: geminiTier(readText(scan, spellingIn(scan, SERVICE_TIER))),
    textBytes: scan.textBytes,
    blobCount: scan.blobCount,
    scan: result,
    conversation: null,
    previousResponseId: null,
  };
}

function fieldsOf(operation: OperationName): GovernedFields {
  if (operation === "embedding") return EMBED;
  return operation === "count_tokens" ? COUNT : GENERATE;
}

/** How the reply is framed: other ways than these two are none that Sluice could read the usage of. */
function checkAlt(query: URLSearchParams): void {
  for (const value of query.getAll(ALT)) if (!ALT_VALUES.has(value)) throw invalidField(ALT, "sse or json");
}

type GenerationConfig = Pick<Call, "maxOutputTokens" | "choices"> & { readonly edits: readonly Edit[] };

const NO_CONFIG: GenerationConfig = { maxOutputTokens: null, choices: 1, edits: [] };

function readConfig(body: BodyScan): GenerationConfig {
  const member = body.members.get(spellingIn(body, GENERATION_CONFIG));
  const config = member === undefined ? null : nestedObject(body, member, CONFIG);
  if (config === null) return NO_CONFIG;
  const { scan, edits } = config;
  return {
    maxOutputTokens: readOpenLimit(scan, spellingIn(scan, MAX_OUTPUT_TOKENS)),
    choices: readCandidates(scan, spellingIn(scan, CANDIDATE_COUNT)),
    edits,
  };
}

/** Google takes numbers as text, too: one that is spelled so must not hide from the estimate. */
function readCandidates(scan: BodyScan, name: string): number {
  const text = readText(scan, name);
  return text !== null && /\d/.test(text) ? checkChoices(Number(text), name) : readChoices(scan, name);
}

/** The most searches that the declared tools allow; one that is spelled otherwise is refused, so that it hides from no estimate. */
function searchUnits(scan: BodyScan): Readonly<Record<string, number>> {
  const tools = scan.members.get("tools");
  if (tools === undefined || !maySearch(scan.bytes.subarray(tools.valueStart, tools.valueEnd))) return NO_TOOLS;
  let units = 0;
  for (const { start, end } of jsonElements(scan.bytes, tools.valueStart)) {
    const type = scan.bytes[start] === 0x7b ? "object" : "null";
    const declaration = nestedObject(scan, { valueStart: start, valueEnd: end, type }, SEARCH);
    if (declaration !== null && declaration.scan.members.size > 0) units += UNITS;
  }
  return units === 0 ? NO_TOOLS : { [SEARCH_TOOL]: units };
}

/** Most declarations are of functions alone, which a search of their bytes tells; only an escape can spell the tool otherwise. */
function maySearch(tools: Buffer): boolean {
  return tools.includes("oogle") || tools.includes("\\u00");
}
