import { buildLimit } from "@test/build-quota";
import { openGateway } from "@test/open-gateway";
import { expect, test } from "vitest";

const USD = 1_000_000_000;
const GROUP = { id: 4, name: "frontier", slug: "frontier" };
/** 25 tokens in and 50 out of gpt-4o. */
const ESTIMATE = 562_500;
const START = "2026-03-04T10:00:00Z";

const limits = [
  buildLimit({ id: 1, window: "5h", mode: "fixed", amount: USD, modelGroupId: GROUP.id }),
  buildLimit({ id: 2, window: "daily", mode: "rolling", amount: USD, modelGroupId: GROUP.id }),
  buildLimit({ id: 3, window: "weekly", mode: "rolling", amount: 2 * USD, subjectType: "key", subjectId: 3 }),
];
const boost = {
  ...{ id: 1, userId: 7, modelGroupId: GROUP.id, unit: "usd" as const, window: "5h" as const, amount: USD },
  ...{ validFrom: 0, validTo: Date.parse("2027-01-01T00:00:00Z"), endedAt: null },
};

/** Nano-USD that the items say are left, by axis and window, and their caps. */
function itemsOf(header: string | undefined) {
  return Object.fromEntries(
    (header ?? "").split(", ").map((item) => {
      const [axis = "", ...fields] = item.split(";");
      const { w, cap, rem } = Object.fromEntries(fields.map((field) => field.split("=")));
      return [`${axis} ${w}`, { cap: Math.round(Number(cap) * USD), left: Math.round(Number(rem) * USD) }];
    }),
  );
}

const CAPS = [2 * USD, USD, 2 * USD];
const NAMES = ["user 5h", "user daily", "key weekly"];

test.each([
  ["plain", {}, undefined],
  ["stream", { stream: true }, [{ afterMs: 1, text: 'data: {"choices":[]}\n\ndata: [DONE]\n\n' }]],
] as const)(
  "the head of a %s reply says what the counters do, own hold included: boosts, both axes, rolling and fixed (test 8)",
  async (_, fields, events) => {
    const scene = openGateway({
      start: START,
      modelGroups: { "gpt-4o": GROUP },
      snapshot: { limits, boosts: [boost] },
      answer: () => ({ latencyMs: 1, ...(events === undefined ? {} : { events }) }),
    });
    for (let round = 0; round < 3; round++) {
      const before = await scene.counters();
      const { headers } = await scene.one({ fields });
      const expected = NAMES.map((name, index) => {
        const { settled = 0, held = 0 } = before[index] ?? {};
        return [name, { cap: CAPS[index], left: (CAPS[index] ?? 0) - settled - held - ESTIMATE }];
      });
      expect(itemsOf(headers["x-sluice-limits"])).toEqual(Object.fromEntries(expected));
      scene.clock.advance(60_000);
    }
  },
);

test("the head of a denial says what the counters do, without a hold of its own", async () => {
  const scene = openGateway({
    start: START,
    modelGroups: { "gpt-4o": GROUP },
    snapshot: { limits: [...limits, buildLimit({ id: 4, modelGroupId: GROUP.id, unit: "requests", amount: 1 })] },
    answer: () => ({ latencyMs: 1 }),
  });
  await scene.one();
  const counters = await scene.counters();
  const { status, headers } = await scene.one();
  expect(status).toBe(429);
  const usd = counters.filter(({ id }) => id.includes(":usd:")).map(({ settled, held }) => settled + held);
  const items = itemsOf(
    headers["x-sluice-limits"]
      ?.split(", ")
      .filter((item) => item.includes("u=usd"))
      .join(", "),
  );
  const caps = [USD, USD, 2 * USD];
  const names = counters
    .filter(({ id }) => id.includes(":usd:"))
    .map(({ id }) => `${id.startsWith("u") ? "user" : "key"} ${id.split(":")[3]}`);
  const capOf = (name: string) => caps[NAMES.indexOf(name)] ?? 0;
  expect(items).toEqual(
    Object.fromEntries(names.map((name, index) => [name, { cap: capOf(name), left: capOf(name) - (usd[index] ?? 0) }])),
  );
});
