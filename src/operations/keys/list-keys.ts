import { givenFilters, readListCursor } from "../list-cursor";
import { listOutput } from "../list-output";
import { defineOperation } from "../operation";
import { keyOutput } from "./key-output";
import { keyPosition, readKeyPosition } from "./key-position";
import { KeyList, ListKeysInput } from "./schema";

/** Keys of all users, filtered. */
export const listKeys = defineOperation({
  name: "keys.list",
  method: "GET",
  path: "/keys",
  summary: "Lists keys.",
  permission: "keys:read",
  input: ListKeysInput,
  output: KeyList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit, ...given }, { ports, now }) {
    const filter = givenFilters(given);
    const after = readListCursor(cursor, filter, readKeyPosition);
    const page = await ports.keys.page(filter, { limit, after });
    return { output: listOutput(page, { filter, position: keyPosition, item: (row) => keyOutput(row, now) }) };
  },
});
