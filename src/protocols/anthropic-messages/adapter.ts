import { isAccountError } from "../account-error";
import { readCredential } from "../credential";
import { headersDown } from "../forward-headers";
import type { Protocol } from "../protocol";
import { buildMessagesUpstream } from "./build-upstream";
import { messagesLimitHeaders } from "./limit-headers";
import { renderMessagesModel, renderMessagesModels } from "./list-models";
import { readMessagesCall } from "./read-call";
import { messagesReader } from "./read-reply";
import { renderMessagesError, renderMessagesStreamError } from "./render-error";

/** The wire format of Anthropic's Messages. */
export const anthropicMessages: Protocol = {
  id: "anthropic-messages",
  cachesInput: true,
  readCredential,
  readCall: readMessagesCall,
  buildUpstream: buildMessagesUpstream,
  replyHeaders: headersDown,
  createReader: ({ contentType, channel }) => messagesReader(contentType, channel.inputIncludesCache),
  isAccountError,
  renderError: renderMessagesError,
  renderStreamError: renderMessagesStreamError,
  heartbeat: Buffer.from('event: ping\ndata: {"type": "ping"}\n\n'),
  limitHeaders: messagesLimitHeaders,
  renderModels: renderMessagesModels,
  renderModel: renderMessagesModel,
  requestIdHeaders: ["x-request-id", "request-id"],
};
