import { AppError, type FieldError } from "@/core/errors";
import { boostStateAt } from "@/core/quota/boost-state";
import { existing } from "../existing";
import { defineOperation } from "../operation";
import { instantReader } from "../read-instant";
import { readSettings } from "../read-settings";
import { boostOutput } from "./boost-output";
import { Boost, ExtendBoostInput } from "./schema";

/** Moves the end of a boost that has not ended to another instant ahead. */
export const extendBoost = defineOperation({
  name: "boosts.extend",
  method: "POST",
  path: "/boosts/{id}/extend",
  summary: "Moves the end of a boost.",
  permission: "boosts:write",
  input: ExtendBoostInput,
  output: Boost,
  errors: ["not_found", "version_conflict", "boost_ended"],
  async run({ id, version, to }, { ports, now }) {
    const before = existing(await ports.boosts.find(id));
    if (before.version !== version) throw new AppError("version_conflict", { version: before.version });
    if (boostStateAt(before, now) === "ended") throw new AppError("boost_ended");
    const fields: FieldError[] = [];
    const validTo = instantReader((await readSettings(ports.settings)).timeZone, fields)("to", to);
    if (validTo <= Math.max(before.validFrom, now)) fields.push({ path: "to", code: "boost_range_invalid" });
    if (fields.length > 0) throw new AppError("validation_failed", {}, { fields });
    if (validTo === before.validTo) return { output: boostOutput(before, now) };
    const output = boostOutput(await ports.boosts.update(id, { validTo }, version), now);
    return { output, audit: { target: `boost:${id}`, before: boostOutput(before, now), after: output } };
  },
});
