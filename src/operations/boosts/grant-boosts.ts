import { defineOperation } from "../operation";
import { boostOutput } from "./boost-output";
import { readBoost } from "./read-boost";
import { GrantBoostInput, GrantedBoosts } from "./schema";

/** Adds to the caps of users between two instants (quota.md Q9). */
export const grantBoosts = defineOperation({
  name: "boosts.grant",
  method: "POST",
  path: "/boosts",
  summary: "Grants a boost to users.",
  permission: "boosts:write",
  input: GrantBoostInput,
  output: GrantedBoosts,
  errors: [],
  async run(input, context) {
    const { ports, now } = context;
    const values = await readBoost(input, context);
    const rows = await ports.boosts.insert(input.users.map((userId) => ({ ...values, userId })));
    const items = rows.map((row) => boostOutput(row, now));
    return {
      output: { items },
      audit: items.map((item) => ({ target: `boost:${item.id}`, before: null, after: item })),
    };
  },
});
