import { givenFilters, nextIdCursor, readIdPosition, readListCursor } from "../list-cursor";
import { defineOperation } from "../operation";
import { accessTokenOutput } from "./access-token-output";
import { AccessTokenList, ListAccessTokensInput } from "./schema";

/** Access tokens of all admins, filtered, the newest first. */
export const listAccessTokens = defineOperation({
  name: "accessTokens.list",
  method: "GET",
  path: "/access-tokens",
  summary: "Lists access tokens, the newest first.",
  permission: "access-tokens:read",
  input: ListAccessTokensInput,
  output: AccessTokenList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit, ...filters }, { ports, now }) {
    const asked = givenFilters(filters);
    const after = readListCursor(cursor, asked, readIdPosition);
    const { state, ...filter } = asked;
    const page = await ports.accessTokens.list(
      state === undefined ? filter : { ...filter, standing: { state, at: now } },
      { limit, after },
    );
    return {
      output: {
        items: page.items.map((row) => accessTokenOutput(row, now)),
        nextCursor: nextIdCursor(page, asked),
        total: page.total,
      },
    };
  },
});
