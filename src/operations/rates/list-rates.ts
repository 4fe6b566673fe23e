import { givenFilters, nextIdCursor, readIdPosition, readListCursor } from "../list-cursor";
import { defineOperation } from "../operation";
import { rateItem } from "./rate-output";
import { ListRatesInput, RateList } from "./schema";

/** Stored rates, filtered, by id. */
export const listRates = defineOperation({
  name: "rates.list",
  method: "GET",
  path: "/rates",
  summary: "Lists stored request rates.",
  permission: "rates:read",
  input: ListRatesInput,
  output: RateList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit, kind, userId, userGroupId, keyId, metric }, { ports }) {
    const filter = givenFilters({ subjectType: kind, userId, userGroupId, keyId, metric });
    const page = await ports.rates.list(filter, { limit, after: readListCursor(cursor, filter, readIdPosition) });
    return { output: { items: page.items.map(rateItem), nextCursor: nextIdCursor(page, filter), total: page.total } };
  },
});
