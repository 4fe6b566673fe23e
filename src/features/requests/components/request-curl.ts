import type { OwnRequestItem } from "@/operations/requests/schema";

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * A `curl` command that asks the same model of the same endpoint. The secret is read from `SLUICE_KEY`, for no page knows it; message bodies
 * are not kept, so a short one stands in.
 */
export function requestCurl(request: Pick<OwnRequestItem, "operation" | "model" | "stream">, baseUrl: string): string {
  const bearer = '-H "Authorization: Bearer $SLUICE_KEY"';
  if (request.operation === "models") return commandOf([`curl ${baseUrl}/v1/models`, bearer]);
  const isMessage = request.operation === "message";
  const body = {
    ...(request.model === null ? {} : { model: request.model }),
    ...(request.stream ? { stream: true } : {}),
    ...(isMessage ? { max_tokens: 64 } : {}),
    messages: [{ role: "user", content: "Hello" }],
  };
  const head = isMessage
    ? [`curl ${baseUrl}/v1/messages`, '-H "x-api-key: $SLUICE_KEY"', '-H "anthropic-version: 2023-06-01"']
    : [`curl ${baseUrl}/v1/chat/completions`, bearer];
  return commandOf([...head, '-H "Content-Type: application/json"', `-d ${quoted(JSON.stringify(body))}`]);
}

function commandOf(parts: readonly string[]): string {
  return parts.join(" \\\n  ");
}
