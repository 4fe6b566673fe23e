import { NOW, versioned, wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { Boost } from "./schema";

const boost: Boost = {
  ...versioned(41),
  userId: 12,
  userName: "ada",
  target: 2,
  targetName: "frontier",
  unit: "usd",
  window: "daily",
  amount: "20",
  from: NOW,
  to: "2026-11-24T00:00:00.000Z",
  endedAt: null,
  state: "active",
  note: "Release week",
  createdBy: "grace",
};

/** Examples of the operations on boosts. */
export const BOOST_EXAMPLES: ExamplesOf<
  "boosts.list" | "boosts.get" | "boosts.grant" | "boosts.extend" | "boosts.end"
> = {
  "boosts.list": { input: { userId: 12, state: "active" }, output: wholeList(boost) },
  "boosts.get": { input: { id: 41 }, output: boost },
  "boosts.grant": {
    input: { users: [12], target: 2, unit: "usd", window: "daily", amount: "20", to: boost.to, note: "Release week" },
    output: { items: [boost] },
  },
  "boosts.extend": {
    input: { id: 41, version: 1, to: "2026-11-28T00:00:00Z" },
    output: { ...boost, version: 2, to: "2026-11-28T00:00:00.000Z" },
  },
  "boosts.end": { input: { id: 41 }, output: { ...boost, version: 2, endedAt: NOW, state: "ended" } },
};
