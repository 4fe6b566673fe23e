import { fakeClock } from "@test/fake-clock";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bodyBudget } from "./body-budget";

test("bodies wait for room in the order in which they came", async () => {
  const budget = bodyBudget(100, fakeClock());
  expect(budget.reserve(80)).toBeNull();
  const order: number[] = [];
  const large = budget.reserve(90)?.then(() => order.push(90));
  const small = budget.reserve(10)?.then(() => order.push(10));
  await Promise.resolve();
  expect(order).toEqual([]);
  budget.release(80);
  await Promise.all([large, small]);
  expect(order).toEqual([90, 10]);
});

test("who waits for 10 seconds is refused as overloaded", async () => {
  const clock = fakeClock();
  const budget = bodyBudget(100, clock);
  expect(budget.reserve(100)).toBeNull();
  const refused = expect(budget.reserve(1)).rejects.toMatchObject({ code: "overloaded" });
  clock.advance(10_000);
  await refused;
  budget.release(100);
  expect(budget.reserve(100)).toBeNull();
});

test("a body larger than the whole budget passes when it is alone", () => {
  const budget = bodyBudget(100, fakeClock());
  expect(budget.reserve(1_000)).toBeNull();
  expect(budget.reserve(1)).not.toBeNull();
});

test("what is granted never exceeds the budget, and all of it comes back", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }), async (sizes) => {
      const clock = fakeClock();
      const budget = bodyBudget(100, clock);
      let used = 0;
      const held: number[] = [];
      const take = (size: number) => {
        used += size;
        held.push(size);
        expect(used).toBeLessThanOrEqual(100);
      };
      const waits = sizes.map((size) => {
        const wait = budget.reserve(size);
        if (wait === null) take(size);
        return wait?.then(() => take(size));
      });
      for (let next = held.shift(); next !== undefined; next = held.shift()) {
        used -= next;
        budget.release(next);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(waits);
      expect([used, clock.pending()]).toEqual([0, 0]);
    }),
  );
});
