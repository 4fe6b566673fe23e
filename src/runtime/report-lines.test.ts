import { expect, test } from "vitest";
import type { ProvisioningReport } from "@/core/ports";
import { reportLines, startLines } from "./report-lines";

const NOTHING: ProvisioningReport = {
  ...{ created: [], changed: [], removed: [], overwrote: [], incomplete: [] },
  configVersion: 7,
};
const MUCH: ProvisioningReport = {
  ...{ created: ["key a/k"], changed: ["channel main"], removed: ["user b"], configVersion: 8 },
  overwrote: [{ object: "channel main", editedBy: ["ada", "grace"] }],
  incomplete: [
    { object: "channel main", code: "credential_missing" },
    { object: "key a/k", code: "secret_unknown" },
  ],
};
const GAPS = [
  "channel main has no credential and serves no call until it has one",
  "key a/k has a new secret that nobody knows: rotate it",
];

test("a command tells of undone edits first, then of everything it did and of what is not complete", () => {
  expect(reportLines(NOTHING)).toEqual(["unchanged"]);
  expect(reportLines(MUCH)).toEqual([
    "overwrote channel main (edited by ada, grace)",
    ...["created key a/k", "changed channel main", "removed user b"],
    ...GAPS,
    "applied as configuration 8",
  ]);
});

test("a start tells of undone edits, of what is not complete and how much it changed", () => {
  expect(startLines(NOTHING)).toEqual([]);
  expect(startLines(MUCH)).toEqual(["overwrote channel main (edited by ada, grace)", ...GAPS, "3 changes applied"]);
});
