import type { UpstreamAsk, UpstreamRequest } from "../protocol";
import { type SplicedBody, spliceBody, spliceBytes } from "../splice-body";
import { modelEdits, upstreamRequest } from "../upstream-request";
import type { OpenAiScan } from "./openai-scan";

/** The upstream request of a call; asks the upstream of a text stream for its usage unless the channel cannot give it (4.3). */
export function buildOpenAiUpstream(ask: UpstreamAsk): UpstreamRequest {
  const { call, request, channel } = ask;
  const { body, injectedUsage } = splice(ask);
  return upstreamRequest({
    request,
    channel,
    ...call.line,
    body,
    credential: { authorization: `Bearer ${channel.credential ?? ""}` },
    injectedUsage,
  });
}

function splice({ call, channel, upstreamModel }: UpstreamAsk): { body: SplicedBody; injectedUsage: boolean } {
  const scan = call.scan as OpenAiScan;
  if (scan.kind === "form") return { body: spliceForm(scan.form, call.model, upstreamModel), injectedUsage: false };
  const usageEdits = channel.usageInStream === "never" ? [] : (scan.usage?.edits ?? []);
  const edits = [...usageEdits, ...modelEdits(scan.body, call.model, upstreamModel)];
  return { body: spliceBody(scan.body, edits), injectedUsage: usageEdits.length > 0 };
}

/** Of a form only the bytes of the model change; its boundary stays, so its content type goes up as it came. */
function spliceForm(
  form: Extract<OpenAiScan, { kind: "form" }>["form"],
  model: string,
  upstreamModel: string,
): SplicedBody {
  const field = form.fields.get("model");
  const isMapped = field !== undefined && model !== upstreamModel;
  const edits = isMapped ? [{ start: field.valueStart, end: field.valueEnd, text: upstreamModel }] : [];
  return spliceBytes(form.bytes, edits);
}
