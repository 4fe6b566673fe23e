import { describe, expect, test } from "vitest";
import { isUnchanged, type LimitValues, limitChanges } from "./limit-changes";

const cell = (patch: Partial<LimitValues> = {}, managedBy: "file" | null = null) => ({
  ...({ unit: "usd", window: "daily", state: "limit", amount: 5, mode: null, enforcement: null } satisfies LimitValues),
  ...patch,
  managedBy,
});
const row = (id: number, patch: Partial<LimitValues> = {}, managedBy: "file" | null = null) => ({
  ...cell(patch, managedBy),
  id,
});

describe("the changes from stored to wanted cells", () => {
  test("are none when all cells stay", () => {
    const changes = limitChanges([row(1), row(2, { window: "weekly" })], [cell({ window: "weekly" }), cell()]);
    expect(isUnchanged(changes)).toBe(true);
  });

  test("keep the id of a cell that changes and insert, update and remove no other", () => {
    const stored = [row(1), row(2, { window: "weekly" }), row(3, { unit: "tokens" })];
    const wanted = [cell({ amount: 9 }), cell({ window: "weekly" }), cell({ unit: "requests" })];
    expect(limitChanges(stored, wanted)).toEqual({
      insert: [cell({ unit: "requests" })],
      update: [{ ...cell({ amount: 9 }), id: 1 }],
      remove: [3],
    });
  });

  test.each<[string, Partial<LimitValues>]>([
    ["state", { state: "block", amount: null }],
    ["mode", { mode: "rolling" }],
    ["enforcement", { enforcement: "strict" }],
  ])("see another %s", (...[, patch]) => {
    expect(limitChanges([row(1)], [cell(patch)]).update).toHaveLength(1);
  });

  test("make the file the owner of what it wants, and a person's change keeps the owner", () => {
    expect(limitChanges([row(1)], [cell({}, "file")]).update).toMatchObject([{ id: 1, managedBy: "file" }]);
    expect(isUnchanged(limitChanges([row(1, {}, "file")], [cell({}, "file")]))).toBe(true);
    expect(limitChanges([row(1, {}, "file")], [cell({ amount: 9 })]).update).toMatchObject([{ managedBy: "file" }]);
    expect(isUnchanged(limitChanges([row(1, {}, "file")], [cell()]))).toBe(true);
  });
});
