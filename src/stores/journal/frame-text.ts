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

type AdmitTuple = readonly [string, number, number, number, string, string, string, string, boolean];

/** The frame of such a payload, by position or, from before, by name. Throws a SyntaxError for a text that is no JSON. */
export function parseAdmit(text: string): AdmitFrame {
  const value: AdmitFrame | AdmitTuple = JSON.parse(text);
  if ("id" in value) return value;
  const [id, at, userId, keyId, keyPrefix, protocol, operation, model, stream] = value;
  return { id, at, userId, keyId, keyPrefix, protocol, operation, model, stream };
}

/** The payload of a CEILING frame. */
export function ceilingText({ id, attempt, channelId, amountNanoUsd }: CeilingFrame): string {
  return `["${id}",${attempt},${channelId},${amountNanoUsd}]`;
}

type CeilingTuple = readonly [string, number, number, CeilingFrame["amountNanoUsd"]];

/** The frame of such a payload, by position or, from before, by name. Throws a SyntaxError for a text that is no JSON. */
export function parseCeiling(text: string): CeilingFrame {
  const value: CeilingFrame | CeilingTuple = JSON.parse(text);
  if ("id" in value) return value;
  const [id, attempt, channelId, amountNanoUsd] = value;
  return { id, attempt, channelId, amountNanoUsd };
}
