import { existing } from "../existing";
import { defineOperation } from "../operation";
import { keyOutput } from "./key-output";
import { GetKeyInput, Key } from "./schema";

/** One key. */
export const getKey = defineOperation({
  name: "keys.get",
  method: "GET",
  path: "/keys/{id}",
  summary: "Reads a key.",
  permission: "keys:read",
  input: GetKeyInput,
  output: Key,
  errors: ["not_found"],
  async run({ id }, { ports, now }) {
    return { output: keyOutput(existing(await ports.keys.find(id)), now) };
  },
});
