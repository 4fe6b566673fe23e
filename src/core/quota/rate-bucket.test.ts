import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketWaitMs, FULL_BUCKET, giveToBucket, type RateBucket, takeFromBucket } from "./rate-bucket";

const PERIOD = 60_000;
const START = 1_795_219_200_000;

describe("the bucket (channels-and-rates.md R6)", () => {
  test("60 a minute with a burst of 10: 10 at once, the 11th after 1 s (test 27)", () => {
    const shape = { amount: 60, burst: 10, periodMs: PERIOD };
    let bucket: RateBucket = FULL_BUCKET;
    for (let unit = 0; unit < 10; unit++) {
      expect(bucketWaitMs(bucket, shape, START)).toBe(0);
      bucket = takeFromBucket(bucket, shape, START);
    }
    expect(bucketWaitMs(bucket, shape, START)).toBe(1_000);
    expect(bucketWaitMs(bucket, shape, START + 999)).toBe(1);
    expect(bucketWaitMs(bucket, shape, START + 1_000)).toBe(0);
    const returned = giveToBucket(bucket, shape, { takenAt: START, now: START });
    expect(bucketWaitMs(returned, shape, START)).toBe(0);
    // what has refilled meanwhile is not given a second time
    const late = giveToBucket(bucket, shape, { takenAt: START, now: START + 500 });
    expect(bucketWaitMs(late, shape, START + 500)).toBe(0);
    expect(giveToBucket(bucket, shape, { takenAt: START, now: START + 5_000 })).toMatchObject({ taken: 5 * PERIOD });
    expect(giveToBucket(FULL_BUCKET, shape, { takenAt: START, now: START })).toMatchObject({ taken: 0 });
    expect(bucketWaitMs(bucket, shape, START - 500)).toBe(1_500);
  });

  test("at most N + burst pass in any period, and a request passes after its wait and not before", () => {
    const shapes = fc
      .integer({ min: 1, max: 50 })
      .chain((amount) => fc.record({ amount: fc.constant(amount), burst: fc.integer({ min: 1, max: amount }) }));
    fc.assert(
      fc.property(shapes, fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 200 }), (given, gaps) => {
        const shape = { ...given, periodMs: PERIOD };
        let bucket: RateBucket = FULL_BUCKET;
        let now = START;
        const passed: number[] = [];
        for (const gap of gaps) {
          now += gap;
          const wait = bucketWaitMs(bucket, shape, now);
          if (wait > 0) {
            expect(bucketWaitMs(bucket, shape, now + wait)).toBe(0);
            expect(bucketWaitMs(bucket, shape, now + wait - 1)).toBeGreaterThan(0);
            continue;
          }
          bucket = takeFromBucket(bucket, shape, now);
          passed.push(now);
          expect(passed.filter((at) => at > now - PERIOD).length).toBeLessThanOrEqual(shape.amount + shape.burst);
        }
      }),
    );
  });
});
