import { existing } from "../existing";
import { defineOperation } from "../operation";
import { boostOutput } from "./boost-output";
import { Boost, GetBoostInput } from "./schema";

/** One boost, whatever its state. */
export const getBoost = defineOperation({
  name: "boosts.get",
  method: "GET",
  path: "/boosts/{id}",
  summary: "Reads a boost.",
  permission: "boosts:read",
  input: GetBoostInput,
  output: Boost,
  errors: ["not_found"],
  async run({ id }, { ports, now }) {
    return { output: boostOutput(existing(await ports.boosts.find(id)), now) };
  },
});
