import { expect, test } from "vitest";
import type { QuotaStore } from "./quota-store";
import { createRunningRequests } from "./running-requests";

const request = (requestId: string) => ({ userId: 7, keyId: 3, requestId, user: 5, key: null });

test("who asks while a beat is under way waits until the store has heard of those, too, that began meanwhile", async () => {
  const told: string[][] = [];
  const answers: (() => void)[] = [];
  const store: Pick<QuotaStore, "stayRunning" | "leave"> = {
    stayRunning(requests) {
      told.push(requests.map(({ requestId }) => requestId));
      return new Promise((resolve) => answers.push(resolve));
    },
    leave: () => {},
  };
  const running = createRunningRequests({ store: store as QuotaStore, onLeft() {}, onFault() {} });
  running.begin(request("a"), false);
  const first = running.beat();
  running.begin(request("b"), false);
  const second = running.beat();
  expect(told).toEqual([["a"]]);
  answers[0]?.();
  await expect.poll(() => told).toEqual([["a"], ["a", "b"]]);
  expect(running.areUntold()).toBe(true);
  answers[1]?.();
  await Promise.all([first, second]);
  expect([running.areUntold(), told.length]).toEqual([false, 2]);
});
