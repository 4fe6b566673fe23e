import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createMetrics } from "./metrics";

type Board = {
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly description?: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
};

const BOARD: Board = JSON.parse(readFileSync("deploy/grafana/sluice.json", "utf8"));
const PANELS = BOARD.panels.filter(({ type }) => type !== "row");

/** Names of the series that /metrics has: of a histogram those of its parts. */
async function exportedNames(): Promise<ReadonlySet<string>> {
  const { body } = await createMetrics("1.0.0").render();
  const types = [...body.matchAll(/^# TYPE (\w+) (\w+)/gm)];
  const parts = (name: string) => ["bucket", "sum", "count"].map((part) => `${name}_${part}`);
  return new Set(types.flatMap(([, name = "", type]) => (type === "histogram" ? parts(name) : [name])));
}

test("every query of the board names metrics that /metrics exports", async () => {
  const exported = await exportedNames();
  const variables = BOARD.templating.list.flatMap(({ definition }) => definition ?? []);
  const queries = [...variables, ...PANELS.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))];
  expect(queries.length).toBeGreaterThan(PANELS.length);
  for (const query of queries) {
    const named = query.match(/sluice_\w+/g) ?? [];
    expect(named, query).not.toEqual([]);
    expect(
      named.filter((name) => !exported.has(name)),
      query,
    ).toEqual([]);
  }
});

test("every metric of ours is on the board, and every panel says what it shows", async () => {
  const text = PANELS.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join(" ");
  const { body } = await createMetrics("1.0.0").render();
  const own = [...body.matchAll(/^# TYPE (sluice_\w+)/gm)].map(([, name]) => name ?? "");
  expect(own.filter((name) => !text.includes(name))).toEqual([]);
  for (const { title, description, targets } of PANELS) {
    expect(description, title).toMatch(/\w/);
    expect(targets, title).not.toEqual([]);
  }
  expect(new Set(BOARD.panels.map(({ id }) => id)).size).toBe(BOARD.panels.length);
});
