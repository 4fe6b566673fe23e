import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createMetrics } from "./metrics";

type Rules = { groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[] };

test("every alert names metrics that /metrics exports, and says what is wrong", async () => {
  const { body } = await createMetrics("1.0.0").render();
  const exported = new Set([...body.matchAll(/^# TYPE (\w+)/gm)].map((match) => match[1]));
  const rules = (parse(readFileSync("deploy/alerts.yaml", "utf8")) as Rules).groups.flatMap((group) => group.rules);
  expect(rules.length).toBeGreaterThan(3);
  for (const { alert, expr, annotations } of rules) {
    const named = expr.match(/sluice_\w+/g) ?? [];
    expect(named.length, alert).toBeGreaterThan(0);
    expect(
      named.filter((name) => !exported.has(name)),
      alert,
    ).toEqual([]);
    expect(annotations.summary, alert).toMatch(/\w/);
  }
});
