/** Keys whose message may be the same as in English: names that the languages share. */
export const EQUAL_TO_ENGLISH: ReadonlySet<string> = new Set([
  "common.appName",
  "channels.protocol.anthropic-messages",
  "channels.protocol.gemini",
  "channels.protocol.openai-chat",
  "channels.protocol.openai-responses",
]);
