import type { UpstreamAsk, UpstreamRequest } from "../protocol";
import { boundaryOf } from "../scan-multipart";
import { type SplicedBody, spliceBody, spliceBytes } from "../splice-body";
import { modelEdits, upstreamRequest } from "../upstream-request";
import type { OpenAiScan } from "./openai-scan";

/** The upstream request of a call; asks the upstream of a text stream for its usage unless the channel cannot give it (4.3). */
export function buildOpenAiUpstream(ask: UpstreamAsk): UpstreamRequest {
  const { call, request, channel } = ask;
  const { body, injectedUsage } = splice(ask);
  const form = (call.scan as OpenAiScan).kind === "form" ? formType(request.headers["content-type"]) : {};
  return upstreamRequest({
    request,
    channel,
    ...call.line,
    body,
    ...form,
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

/** The type as clients write it: nothing but its boundary. */
const PLAIN_FORM = /^multipart\/form-data;[ \t]*boundary=(?:"[^"\\]*"|[\w'+.-]+)$/i;

/** A form goes up under its boundary alone: by another parameter it could be read as another form. */
function formType(given = ""): { readonly contentType?: string } {
  const boundary = boundaryOf(given);
  if (typeof boundary !== "string") return {};
  return { contentType: PLAIN_FORM.test(given) ? given : `multipart/form-data; boundary="${boundary}"` };
}

/** Of a form only the bytes of the model change; its boundary stays. */
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
