import { isOwnKey, ownUserId } from "../existing";
import { defineOperation } from "../operation";
import { toWholeList } from "../to-output";
import { keyOutput } from "./key-output";
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
  errors: [],
  async run(_input, { ports, actor, now }) {
    const rows = (await ports.keys.list({ userId: ownUserId(actor) })).filter(({ id }) => isOwnKey(actor, id));
    return { output: toWholeList(rows.map((row) => keyOutput(row, now))) };
  },
});
