import { describe, expect, test } from "vitest";
import { UNLEARNT } from "./estimate-call";
import { type HabitSample, learnHabits } from "./learn-habits";

const sample = (given: Partial<HabitSample> = {}): HabitSample => ({
  ...{ requests: 20, sized: 20, bytesPerToken: 3, outputTokens: 200 },
  ...given,
});

describe("learnHabits", () => {
  test("keeps seven tenths of what was known", () => {
    const learnt = learnHabits(UNLEARNT, sample());
    expect(learnt.bytesPerToken).toBeCloseTo(3.7, 10);
    expect(learnt.expectedOutputTokens).toBe(777); // 716.8 + 60
  });

  test("learns nothing from fewer than twenty requests", () => {
    expect(learnHabits(UNLEARNT, sample({ requests: 19, sized: 19 }))).toEqual(UNLEARNT);
  });

  test("learns the output alone when fewer than twenty requests are of text only", () => {
    expect(learnHabits(UNLEARNT, sample({ sized: 19 }))).toEqual({ bytesPerToken: 4, expectedOutputTokens: 777 });
    expect(learnHabits(UNLEARNT, sample({ sized: 0, bytesPerToken: null })).bytesPerToken).toBe(4);
  });

  test.each([
    [
      { bytesPerToken: 0.1, outputTokens: 0 },
      { bytesPerToken: 2, expectedOutputTokens: 64 },
    ],
    [
      { bytesPerToken: 900, outputTokens: 200_000 },
      { bytesPerToken: 8, expectedOutputTokens: 4_096 },
    ],
  ])("stays within its bounds, whatever %j says", (given, bounds) => {
    let known = UNLEARNT;
    for (let lesson = 0; lesson < 40; lesson++) known = learnHabits(known, sample(given));
    expect(known).toEqual(bounds);
  });
});
