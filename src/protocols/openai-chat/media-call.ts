import type { CallUnits } from "@/core/prices/call-units";
import { NO_TOOLS } from "@/core/prices/cost-counts";
import type { Call, CallAsk } from "../protocol";
import { readMarks, readSeenText } from "../read-fields";
import type { BodyScan } from "../scan-body";
import type { OpenAiScan } from "./openai-scan";
import type { OpenAiForm } from "./read-form";
import { CHAT_CONVERSATION } from "./wire";

type Sized = Pick<Call, "textBytes" | "blobCount" | "conversation" | "marks"> & { readonly scan: OpenAiScan };

/** What a JSON body tells of its own size. */
export function sizeOfJson(body: BodyScan): Sized {
  return {
    textBytes: body.textBytes,
    blobCount: body.blobCount,
    conversation: readSeenText(body, CHAT_CONVERSATION),
    marks: readMarks(body, CHAT_CONVERSATION),
    scan: { kind: "json", body, usage: null },
  };
}

/** What a form tells of its own size: its files are its blobs. */
export function sizeOfForm({ form }: OpenAiForm): Sized {
  return {
    textBytes: form.bytes.length - form.fileBytes,
    blobCount: form.fileCount,
    conversation: null,
    scan: { kind: "form", form },
  };
}

type Asked = Sized & {
  readonly model: string;
  readonly stream?: boolean;
  readonly maxOutputTokens?: number;
  readonly choices?: number;
  readonly units?: CallUnits;
};

/** A call of an operation that is no conversation. */
export function mediaCall({ route }: CallAsk, asked: Asked): Call {
  const { units, ...given } = asked;
  return {
    operation: route.operation,
    line: route,
    secondaryModels: [],
    // Usage is never asked for in these streams, so nothing is taken out of them.
    ...{ stream: false, asksStreamUsage: true, maxOutputTokens: null, choices: 1, hasTools: false },
    ...{ toolUnits: NO_TOOLS, tier: "standard", previousResponseId: null },
    ...given,
    ...(units === undefined ? {} : { units }),
  };
}
