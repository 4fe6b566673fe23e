import { AppError } from "@/core/errors";
import { boostStateAt } from "@/core/quota/boost-state";
import { existing } from "../existing";
import { defineOperation } from "../operation";
import { boostOutput } from "./boost-output";
import { Boost, EndBoostInput } from "./schema";

/** Ends a boost now; its row stays. */
export const endBoost = defineOperation({
  name: "boosts.end",
  method: "POST",
  path: "/boosts/{id}/end",
  summary: "Ends a boost now.",
  permission: "boosts:write",
  input: EndBoostInput,
  output: Boost,
  errors: ["not_found", "version_conflict", "boost_ended"],
  async run({ id }, { ports, now }) {
    const before = existing(await ports.boosts.find(id));
    if (boostStateAt(before, now) === "ended") throw new AppError("boost_ended");
    const output = boostOutput(await ports.boosts.update(id, { endedAt: now }, before.version), now);
    return { output, audit: { target: `boost:${id}`, before: boostOutput(before, now), after: output } };
  },
});
