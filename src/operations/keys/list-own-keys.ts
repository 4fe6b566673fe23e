import { ownUserId } from "../existing";
import { readListCursor } from "../list-cursor";
import { listOutput } from "../list-output";
import { defineOperation } from "../operation";
import { keyOutput } from "./key-output";
import { keyPosition, readKeyPosition } from "./key-position";
import { KeyList, ListOwnKeysInput } from "./schema";

/** The actor's keys. */
export const listOwnKeys = defineOperation({
  name: "me.keys.list",
  method: "GET",
  path: "/me/keys",
  summary: "Lists one's own keys.",
  permission: "me:read",
  input: ListOwnKeysInput,
  output: KeyList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit }, { ports, actor, now }) {
    const own = { userId: ownUserId(actor) };
    // A sign-in with a key sees that key alone.
    const filter = actor.keyId === undefined ? own : { ...own, id: actor.keyId };
    const after = readListCursor(cursor, filter, readKeyPosition);
    const page = await ports.keys.page(filter, { limit, after });
    return { output: listOutput(page, { filter, position: keyPosition, item: (row) => keyOutput(row, now) }) };
  },
});
