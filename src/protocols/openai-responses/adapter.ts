import { isAccountError } from "../account-error";
import { readCredential } from "../credential";
import { headersDown } from "../forward-headers";
import { renderOpenaiModel, renderOpenaiModels } from "../openai-models";
import type { Protocol } from "../protocol";
import { buildResponsesUpstream } from "./build-upstream";
import { responsesLimitHeaders } from "./limit-headers";
import { readResponsesCall } from "./read-call";
import { responsesReader } from "./read-reply";
import { renderResponsesError, renderResponsesStreamError } from "./render-error";

/** The wire format of OpenAI's Responses. */
export const openaiResponses: Protocol = {
  id: "openai-responses",
  cachesInput: false,
  readCredential,
  readCall: readResponsesCall,
  buildUpstream: buildResponsesUpstream,
  replyHeaders: headersDown,
  createReader: ({ contentType, call }) => responsesReader(contentType, call.operation),
  isAccountError,
  renderError: renderResponsesError,
  renderStreamError: renderResponsesStreamError,
  heartbeat: Buffer.from(": ping\n\n"),
  limitHeaders: responsesLimitHeaders,
  renderModels: renderOpenaiModels,
  renderModel: renderOpenaiModel,
  requestIdHeaders: ["x-request-id"],
};
