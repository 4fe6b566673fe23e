import { AppError } from "@/core/errors";
import { parseRequestId } from "@/lib/id";
import { defineOperation } from "../operation";
import { denialItem } from "./denial-output";
import { DenialItem, GetDenialInput } from "./schema";

/** One refused request. */
export const getDenial = defineOperation({
  name: "denials.get",
  method: "GET",
  path: "/denials/{id}",
  summary: "Reads a refused request.",
  permission: "requests:read",
  input: GetDenialInput,
  output: DenialItem,
  errors: ["request_not_found"],
  async run({ id: given }, { ports }) {
    const id = parseRequestId(given);
    const row = id === null ? null : await ports.denials.find(id);
    if (row === null) throw new AppError("request_not_found");
    return { output: denialItem(row) };
  },
});
