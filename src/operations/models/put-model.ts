import { isDeepStrictEqual } from "node:util";
import { AppError } from "@/core/errors";
import type { ModelRow } from "@/core/models/model";
import { defineOperation } from "../operation";
import { Model, PutModelInput } from "./schema";

/** Says all that is known of a model; a model of which nothing is said is forgotten. Equal to what is stored: nothing is written. */
export const putModel = defineOperation({
  name: "models.put",
  method: "PUT",
  path: "/models",
  summary: "Sets the maximum output and the pinned habits of a model; without any of them they are removed.",
  permission: "prices:write",
  input: PutModelInput,
  output: Model,
  errors: [],
  async run(input, { ports, actor }) {
    if (isAbove(input.expectedOutputTokens, input.maxOutputTokens)) {
      throw new AppError("validation_failed", {}, { fields: [{ path: "expectedOutputTokens", code: "out_of_range" }] });
    }
    const before = await ports.models.find(input.name);
    const isSaid = input.maxOutputTokens ?? input.bytesPerToken ?? input.expectedOutputTokens;
    const after: ModelRow = { ...input, managedBy: actor.via === "file" ? "file" : (before?.managedBy ?? null) };
    if (isSaid === null) {
      if (before === null) return { output: { ...after, managedBy: null } };
      await ports.models.delete(input.name);
      return { output: { ...after, managedBy: null }, audit: { target: `model:${input.name}`, before, after: null } };
    }
    if (isDeepStrictEqual(before, after)) return { output: after };
    await ports.models.put(after);
    return { output: after, audit: { target: `model:${input.name}`, before, after } };
  },
});

function isAbove(value: number | null, most: number | null): boolean {
  return value !== null && most !== null && value > most;
}
