import type { UpstreamAsk, UpstreamRequest } from "../protocol";
import type { Edit } from "../splice-body";
import { spliceBody } from "../splice-body";
import { upstreamRequest } from "../upstream-request";
import type { GeminiScan } from "./read-call";
import { ALT, MODELS_PREFIX, modelId } from "./wire";

/** A collection of models of its own, whose ids stand behind it in place of `models/`. */
const TUNED_PREFIX = "tunedModels/";

/** The upstream request of a Gemini call: the path names the channel's model, and so does each place of the body that names one. */
export function buildGeminiUpstream({ call, request, channel, upstreamModel }: UpstreamAsk): UpstreamRequest {
  const { body, edits, models } = call.scan as GeminiScan;
  const model = modelId(upstreamModel);
  const renamed = model === call.model ? [] : models.map((named) => renaming(named, model));
  return upstreamRequest({
    request,
    channel,
    method: call.line.method,
    path: `${call.line.path.replace("models/{model}", () => resourcePath(model))}${listedQuery(request.query)}`,
    body: spliceBody(body, [...edits, ...renamed]),
    credential: { "x-goog-api-key": channel.credential ?? "" },
    injectedUsage: false,
  });
}

function renaming({ start, end, isFullName }: GeminiScan["models"][number], model: string): Edit {
  const isOwnCollection = model.startsWith(TUNED_PREFIX);
  const name = isFullName && !isOwnCollection ? `${MODELS_PREFIX}${model}` : model;
  return { start, end, text: JSON.stringify(name) };
}

/** `models/gemini-2.5-pro`, `tunedModels/x`: the id is one segment, whatever it holds. */
function resourcePath(model: string): string {
  const prefix = model.startsWith(TUNED_PREFIX) ? TUNED_PREFIX : MODELS_PREFIX;
  const id = model.startsWith(TUNED_PREFIX) ? model.slice(TUNED_PREFIX.length) : model;
  return `${prefix}${encodeURIComponent(id)}`;
}

/** The part of a query that passes, with its question mark; never `key`. */
function listedQuery(query: URLSearchParams): string {
  const alt = query.get(ALT);
  return alt === null ? "" : `?${ALT}=${alt}`;
}
