import { toModelGroupId } from "../limit-target";
import { givenFilters, nextIdCursor, readIdPosition, readListCursor } from "../list-cursor";
import { defineOperation } from "../operation";
import { boostOutput } from "./boost-output";
import { BoostList, ListBoostsInput } from "./schema";

/** Boosts, filtered, the newest grant first. */
export const listBoosts = defineOperation({
  name: "boosts.list",
  method: "GET",
  path: "/boosts",
  summary: "Lists boosts, the newest grant first.",
  permission: "boosts:read",
  input: ListBoostsInput,
  output: BoostList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit, target, state, ...rest }, { ports, now }) {
    const modelGroupId = target === undefined ? undefined : toModelGroupId(target);
    const asked = givenFilters({ ...rest, modelGroupId, state });
    const after = readListCursor(cursor, asked, readIdPosition);
    const { state: standing, ...filter } = asked;
    const page = await ports.boosts.list(
      standing === undefined ? filter : { ...filter, standing: { state: standing, at: now } },
      { limit, after },
    );
    return {
      output: {
        items: page.items.map((row) => boostOutput(row, now)),
        nextCursor: nextIdCursor(page, asked),
        total: page.total,
      },
    };
  },
});
