import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import { createKeyAttempts } from "./key-attempts";

const times = (count: number, run: (index: number) => void) => Array.from({ length: count }, (_, index) => run(index));

describe("unknown keys of one address (reliability-and-security.md SEC40)", () => {
  test("100 in a minute are looked up, then none until the first of them is a minute old", () => {
    const clock = fakeClock();
    const attempts = createKeyAttempts(clock);
    times(99, () => attempts.count("192.0.2.1"));
    expect(attempts.waitMs("192.0.2.1")).toBeNull();
    clock.advance(20_000);
    attempts.count("192.0.2.1");
    expect(attempts.waitMs("192.0.2.1")).toBe(40_000);
    clock.advance(39_999);
    expect(attempts.waitMs("192.0.2.1")).toBe(1);
    clock.advance(1);
    expect(attempts.waitMs("192.0.2.1")).toBeNull();
  });

  test("other addresses are not concerned, and one that is not told never is", () => {
    const attempts = createKeyAttempts(fakeClock());
    times(200, () => attempts.count("192.0.2.1"));
    times(200, () => attempts.count(""));
    expect(attempts.waitMs("192.0.2.1")).toBe(60_000);
    expect(attempts.waitMs("192.0.2.2")).toBeNull();
    expect(attempts.waitMs("")).toBeNull();
  });

  test("the memory is bounded: the address that was silent longest is forgotten", () => {
    const attempts = createKeyAttempts(fakeClock(), 3);
    times(100, () => attempts.count("busy"));
    times(10, (index) => {
      attempts.count(`other-${index}`);
      expect(attempts.waitMs("busy")).not.toBeNull();
    });
    times(3, (index) => attempts.count(`new-${index}`));
    expect(attempts.waitMs("busy")).toBeNull();
  });
});
