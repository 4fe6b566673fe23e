import { expect, test } from "vitest";
import { type ChannelLimiter, NO_LIMITER } from "./limiter";
import { headsToGrant, judgeArrival, nextHoldMs, shareOfReplica } from "./slot-rules";

const QUEUE: ChannelLimiter = {
  ...{ mode: "queue", capacity: 2, queueSize: 3, queueTimeoutMs: 1_000, maxWaitingPerKey: 2 },
};
const REJECT: ChannelLimiter = { ...NO_LIMITER, mode: "reject", capacity: 2 };
const OBSERVE: ChannelLimiter = { ...NO_LIMITER, mode: "observe", capacity: 2 };

test.each([
  [NO_LIMITER, [99, 0, 0], "granted"],
  [OBSERVE, [99, 0, 0], "granted"],
  [REJECT, [1, 0, 0], "granted"],
  [REJECT, [2, 0, 0], "capacity"],
  [REJECT, [1, 1, 0], "capacity"],
  [QUEUE, [1, 0, 0], "granted"],
  [QUEUE, [1, 1, 0], "waits"],
  [QUEUE, [2, 0, 0], "waits"],
  [QUEUE, [2, 2, 1], "waits"],
  [QUEUE, [2, 2, 2], "key_share"],
  [QUEUE, [2, 3, 0], "queue"],
  [QUEUE, [2, 3, 2], "queue"],
  [{ ...QUEUE, maxWaitingPerKey: null }, [2, 2, 2], "waits"],
] as const)(
  "%j with [in flight, waiting, of this key] %j: %s",
  (limiter, [inFlight, waiting, waitingOfKey], arrival) => {
    expect(judgeArrival(limiter, { inFlight, waiting, waitingOfKey })).toBe(arrival);
  },
);

test.each([
  [NO_LIMITER, [9, 4], 4],
  [OBSERVE, [9, 4], 4],
  [REJECT, [1, 4], 1],
  [QUEUE, [0, 1], 1],
  [QUEUE, [0, 4], 2],
  [QUEUE, [5, 4], 0],
] as const)("%j with [in flight, waiting] %j lets in %i", (limiter, [inFlight, waiting], heads) => {
  expect(headsToGrant(limiter, { inFlight, waiting })).toBe(heads);
});

test("the mean moves by a fifth of the difference", () => {
  expect(nextHoldMs(1_000, 6_000)).toBe(2_000);
  expect(nextHoldMs(2_000, 0)).toBe(1_600);
});

test("a replica's share is rounded down and at least 1", () => {
  expect(shareOfReplica({ ...QUEUE, capacity: 5, queueSize: 3 }, 2)).toEqual({
    ...QUEUE,
    ...{ capacity: 2, queueSize: 1, maxWaitingPerKey: 1 },
  });
  expect(shareOfReplica(QUEUE, 9)).toMatchObject({ capacity: 1, queueSize: 1 });
  expect(shareOfReplica(NO_LIMITER, 9)).toEqual(NO_LIMITER);
});
