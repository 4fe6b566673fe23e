import type { AdmitFrame, CeilingFrame, WitnessedBucket } from "@/core/ledger/journal";

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
    frame.holdNo,
    frame.modelGroupId,
    frame.countedInUserGlobal,
    frame.countedInKeyGlobal,
    frame.failOpen,
    frame.buckets.map(({ id, kind, start, end, slot, est, worst }) => [id, kind, start, end, slot, est, worst]),
  ]);
}

type BucketTuple = readonly [string, WitnessedBucket["kind"], number, number, number, number, number];
type OldAdmitTuple = readonly [string, number, number, number, string, string, string, string, boolean];
type AdmitTuple = readonly [...OldAdmitTuple, number, number | null, boolean, boolean, boolean, readonly BucketTuple[]];

/** What a frame says that was written before there were limits. */
const UNLIMITED = {
  holdNo: 1,
  modelGroupId: null,
  countedInUserGlobal: true,
  countedInKeyGlobal: true,
  failOpen: false,
  buckets: [],
} satisfies Partial<AdmitFrame>;

/** The frame of such a payload, by position or, from before, by name. Throws a SyntaxError for a text that is no JSON. */
export function parseAdmit(text: string): AdmitFrame {
  const value: AdmitFrame | AdmitTuple | OldAdmitTuple = JSON.parse(text);
  if ("id" in value) return { ...UNLIMITED, ...value };
  const [id, at, userId, keyId, keyPrefix, protocol, operation, model, stream, ...limits] = value;
  const frame = { id, at, userId, keyId, keyPrefix, protocol, operation, model, stream };
  const [holdNo, modelGroupId = null, countedInUserGlobal, countedInKeyGlobal, failOpen, buckets] = limits;
  if (holdNo === undefined) return { ...frame, ...UNLIMITED };
  return {
    ...frame,
    holdNo,
    modelGroupId,
    countedInUserGlobal: countedInUserGlobal ?? true,
    countedInKeyGlobal: countedInKeyGlobal ?? true,
    failOpen: failOpen ?? false,
    buckets: (buckets ?? []).map(([bucketId, kind, start, end, slot, est, worst]) => ({
      ...{ id: bucketId, kind, start, end, slot, est, worst },
    })),
  };
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
