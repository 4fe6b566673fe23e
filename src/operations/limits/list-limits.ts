import { toModelGroupId } from "../limit-target";
import { givenFilters, nextIdCursor, readIdPosition, readListCursor } from "../list-cursor";
import { defineOperation } from "../operation";
import { limitItem } from "./limit-output";
import { LimitList, ListLimitsInput } from "./schema";

/** Stored limits, filtered, by id. */
export const listLimits = defineOperation({
  name: "limits.list",
  method: "GET",
  path: "/limits",
  summary: "Lists stored limits.",
  permission: "limits:read",
  input: ListLimitsInput,
  output: LimitList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit, kind, subjectId, target, unit, window }, { ports }) {
    const modelGroupId = target === undefined ? undefined : toModelGroupId(target);
    const filter = givenFilters({ subjectType: kind, subjectId, modelGroupId, unit, window });
    const page = await ports.limits.list(filter, { limit, after: readListCursor(cursor, filter, readIdPosition) });
    return {
      output: { items: page.items.map(limitItem), nextCursor: nextIdCursor(page, filter), total: page.total },
    };
  },
});
