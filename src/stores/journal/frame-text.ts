import type { AdmitFrame, CeilingFrame } from "@/core/ledger/journal";

/** The payload of an ADMIT frame: its members by position, because a named form costs three times as much for every request. */
export function admitText(frame: AdmitFrame): string {
  return JSON.stringify([
    frame.id,
    frame.at,
    frame.userId,
    frame.keyId,
    frame.keyPrefix,
    frame.protocol,
    frame.operation,
    frame.model,
    frame.stream,
  ]);
}

/** The frame of such a payload. Throws a SyntaxError for a text that is no JSON. */
export function parseAdmit(text: string): AdmitFrame {
  type Tuple = [string, number, number, number, string, string, string, string, boolean];
  const [id, at, userId, keyId, keyPrefix, protocol, operation, model, stream]: Tuple = JSON.parse(text);
  return { id, at, userId, keyId, keyPrefix, protocol, operation, model, stream };
}

/** The payload of a CEILING frame. */
export function ceilingText({ id, attempt, channelId, amountNanoUsd }: CeilingFrame): string {
  return `["${id}",${attempt},${channelId},${amountNanoUsd}]`;
}

/** The frame of such a payload. Throws a SyntaxError for a text that is no JSON. */
export function parseCeiling(text: string): CeilingFrame {
  const [id, attempt, channelId, amountNanoUsd]: [string, number, number, CeilingFrame["amountNanoUsd"]] =
    JSON.parse(text);
  return { id, attempt, channelId, amountNanoUsd };
}
