import { describe, expect, test } from "vitest";
import { costRows, type ShownEntry } from "./cost-rows";

const line = { component: "input_text", quantity: 1200, unit: "usdPerMtok", price: "2.5", costUsd: "0.003" } as const;
const own: ShownEntry = {
  attempt: 1,
  outcome: "ok",
  costUsd: "0.00375",
  costSource: "upstream",
  tokens: 1200,
  tier: "standard",
  flags: [],
  listCostUsd: "0.003",
  lines: [line, { ...line, component: "output_text" }],
};
const full = { ...own, channel: { id: 1, name: "main" }, channelMultiplier: "1.25", groupMultiplier: "1" };
const kinds = (entry: ShownEntry) => costRows(entry).map(({ kind }) => kind);

describe("the cost math of an attempt", () => {
  test("goes from the lines over the list cost and the channel's multiplier to what is charged", () => {
    expect(kinds(full)).toEqual(["line", "line", "list", "channelMultiplier", "total"]);
    expect(costRows(full).slice(2)).toEqual([
      { kind: "list", key: "list", amountUsd: "0.003" },
      { kind: "channelMultiplier", key: "channel", factor: "1.25" },
      { kind: "total", key: "total", amountUsd: "0.00375" },
    ]);
  });

  test("names a group's multiplier only when it changes something", () => {
    expect(kinds({ ...full, groupMultiplier: "0.5" })).toContain("groupMultiplier");
    expect(kinds(full)).not.toContain("groupMultiplier");
  });

  test("shows its owner no multipliers", () => {
    expect(kinds(own)).toEqual(["line", "line", "list", "total"]);
  });

  test("of nothing counted is the total alone", () => {
    expect(kinds({ ...full, lines: [] })).toEqual(["total"]);
  });

  test("gives every row a key of its own, for the same component twice as well", () => {
    const keys = costRows({ ...full, lines: [line, line] }).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
