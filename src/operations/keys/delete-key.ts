import { existing } from "../existing";
import { defineOperation } from "../operation";
import { DeletedKey, DeleteKeyInput } from "./schema";
import { deleteRow } from "./write-key";

/** Removes a key; what was spent with it stays in the ledger. */
export const deleteKey = defineOperation({
  name: "keys.delete",
  method: "DELETE",
  path: "/keys/{id}",
  summary: "Deletes a key; the ledger keeps what was spent.",
  permission: "keys:write",
  input: DeleteKeyInput,
  output: DeletedKey,
  errors: ["not_found"],
  async run({ id }, context) {
    return deleteRow(existing(await context.ports.keys.find(id)), context);
  },
});
