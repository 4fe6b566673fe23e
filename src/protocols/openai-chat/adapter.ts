import { isAccountError } from "../account-error";
import { readCredential } from "../credential";
import { headersDown } from "../forward-headers";
import { openaiLimitHeaders } from "../openai-limit-headers";
import { renderOpenaiModel, renderOpenaiModels } from "../openai-models";
import type { Protocol } from "../protocol";
import { buildOpenAiUpstream } from "./build-upstream";
import { readOpenAiCall } from "./read-call";
import { mediaReader } from "./read-media-reply";
import { chatReader } from "./read-reply";
import { renderChatError, renderChatStreamError } from "./render-error";

/** The wire format of OpenAI's chat completions and of its operations on text, images and audio. */
export const openaiChat: Protocol = {
  id: "openai-chat",
  cachesInput: false,
  readCredential,
  readCall: readOpenAiCall,
  buildUpstream: buildOpenAiUpstream,
  replyHeaders: headersDown,
  createReader: ({ contentType, status, injectedUsage, call: { units } }) =>
    units === undefined ? chatReader(contentType, injectedUsage) : mediaReader({ contentType, status, units }),
  isAccountError,
  renderError: renderChatError,
  renderStreamError: renderChatStreamError,
  heartbeat: Buffer.from(": ping\n\n"),
  limitHeaders: openaiLimitHeaders,
  listsFor: ["openai-chat", "openai-responses"],
  renderModels: renderOpenaiModels,
  renderModel: renderOpenaiModel,
  requestIdHeaders: ["x-request-id"],
};
