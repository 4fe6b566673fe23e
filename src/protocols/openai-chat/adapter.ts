import { isAccountError } from "../account-error";
import { readCredential } from "../credential";
import { headersDown } from "../forward-headers";
import { openaiLimitHeaders } from "../openai-limit-headers";
import { renderOpenaiModel, renderOpenaiModels } from "../openai-models";
import type { Protocol } from "../protocol";
import { buildChatUpstream } from "./build-upstream";
import { readChatCall } from "./read-call";
import { chatReader } from "./read-reply";
import { renderChatError, renderChatStreamError } from "./render-error";

/** The wire format of OpenAI's chat completions. */
export const openaiChat: Protocol = {
  id: "openai-chat",
  cachesInput: false,
  readCredential,
  readCall: readChatCall,
  buildUpstream: buildChatUpstream,
  replyHeaders: headersDown,
  createReader: ({ contentType, injectedUsage }) => chatReader(contentType, injectedUsage),
  isAccountError,
  renderError: renderChatError,
  renderStreamError: renderChatStreamError,
  heartbeat: Buffer.from(": ping\n\n"),
  limitHeaders: openaiLimitHeaders,
  renderModels: renderOpenaiModels,
  renderModel: renderOpenaiModel,
  requestIdHeaders: ["x-request-id"],
};
