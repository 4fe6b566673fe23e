import { defineOperation } from "../operation";
import { toWholeList } from "../to-output";
import { keyOutput } from "./key-output";
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
  errors: [],
  async run({ userId, q, enabled }, { ports, now }) {
    const rows = await ports.keys.list({
      ...(userId === undefined ? {} : { userId }),
      ...(q === undefined ? {} : { q }),
      ...(enabled === undefined ? {} : { enabled }),
    });
    return { output: toWholeList(rows.map((row) => keyOutput(row, now))) };
  },
});
