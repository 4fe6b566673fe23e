import { buildPlan } from "@test/build-caller";
import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { createRebuildUsers } from "./rebuild-users";

test("each user is rebuilt by its first key, one without limits is forgotten, and a failure stops no other", async () => {
  const told: unknown[] = [];
  const checked = { plan: buildPlan(), config: { version: 1, keyId: 3, user: "", key: "" } };
  const rebuild = createRebuildUsers({
    bring: {
      async rebuild({ userId, config }) {
        if (userId === 8) throw new Error("down");
        told.push(["rebuilt", userId, config.keyId]);
      },
    },
    ends: { forgetOld: (userId) => void told.push(["forgotten", userId]) },
    clock: fakeClock(),
    limitsOf: async (userId) =>
      userId === 9 ? [] : [checked, { ...checked, config: { ...checked.config, keyId: 4 } }],
    onFailed: (userId) => void told.push(["failed", userId]),
  });
  await Promise.all([rebuild([7, 8, 9, 10]), rebuild([10, 7])]);
  expect(told).toEqual([
    ["rebuilt", 7, 3],
    ["failed", 8],
    ["forgotten", 9],
    ["rebuilt", 10, 3],
  ]);
});
