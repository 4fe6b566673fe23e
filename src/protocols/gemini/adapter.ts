import { readCredentialOrQuery } from "../credential";
import { headersDown } from "../forward-headers";
import { sharedLimitHeaders } from "../limit-headers";
import type { Protocol } from "../protocol";
import { isGeminiAccountError } from "./account-error";
import { buildGeminiUpstream } from "./build-upstream";
import { renderGeminiModel, renderGeminiModels } from "./list-models";
import { readGeminiCall } from "./read-call";
import { geminiReader } from "./read-reply";
import { renderGeminiError, renderGeminiStreamError } from "./render-error";

/** The wire format of Google's Gemini. */
export const gemini: Protocol = {
  id: "gemini",
  cachesInput: false,
  readCredential: readCredentialOrQuery,
  readCall: readGeminiCall,
  buildUpstream: buildGeminiUpstream,
  replyHeaders: headersDown,
  createReader: ({ contentType, call }) => geminiReader(contentType, call.stream),
  isAccountError: isGeminiAccountError,
  renderError: renderGeminiError,
  renderStreamError: renderGeminiStreamError,
  // Some of its clients fail on any line that is not `data: ` (protocols-and-pricing.md T5).
  heartbeat: null,
  limitHeaders: sharedLimitHeaders,
  renderModels: renderGeminiModels,
  renderModel: renderGeminiModel,
  requestIdHeaders: ["x-request-id"],
};
