import { buildAuthSnapshot } from "@test/build-deps";
import { describe, expect, test } from "vitest";
import type { AuthSnapshot } from "./auth-snapshot";
import { readAddressRules } from "./keys/address-rules";
import { readSnapshotText, SNAPSHOT_SCHEMA, snapshotText } from "./snapshot-text";

const FULL: AuthSnapshot = buildAuthSnapshot({
  expiresAt: 5,
  models: new Set(["gpt-4o"]),
  addressRules: readAddressRules([{ ipAllow: ["10.0.0.0/8"], ipDeny: ["2001:db8::1"] }]),
  userGroups: [{ id: 4, name: "team", joinedVersion: 2, costMultiplierPpm: 500_000 }],
  limits: [
    {
      ...{ id: 1, subjectType: "user_group", subjectId: 4, modelGroupId: null, unit: "usd", window: "5h" },
      ...{ state: "limit", amount: 9_007_199_000_000_000, mode: "fixed", enforcement: null, stateVersion: 3 },
    },
  ],
  boosts: [
    {
      ...{ id: 2, userId: 7, modelGroupId: 1, unit: "tokens", window: "total", amount: 5 },
      ...{ validFrom: 1, validTo: 9, endedAt: null },
    },
  ],
  restarts: [{ axis: "key", subjectId: 3, modelGroupId: null, unit: "requests", restartedAt: 7 }],
});

test.each([
  ["with everything", FULL],
  ["with nothing", buildAuthSnapshot()],
])("a snapshot %s reads back as it was", (_, snapshot) => {
  expect(readSnapshotText(snapshotText(snapshot))).toEqual(snapshot);
});

describe("a text that is not of this form is none", () => {
  const fields = JSON.parse(snapshotText(FULL)) as Record<string, unknown>;
  test.each([["nonsense"], ["null"], ["{}"], [JSON.stringify({ ...fields, more: 1 })]])("%s", (text) => {
    expect(readSnapshotText(text)).toBeNull();
  });
  test.each(Object.keys(fields))("without %s", (name) => {
    expect(readSnapshotText(JSON.stringify({ ...fields, [name]: undefined }))).toBeNull();
  });
});

test("the form has a name that keys of a store can bear", () => {
  expect(SNAPSHOT_SCHEMA).toMatch(/^[0-9a-f]{16}$/);
});
