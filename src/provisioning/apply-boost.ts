import { AppError } from "@/core/errors";
import { importBoost } from "@/operations/boosts/import-boost";
import { runInside } from "@/operations/run-operation";
import { findTarget } from "./find-place";
import type { BoostEntry } from "./limit-entry";
import type { Step } from "./step";

/** Grants or changes the boost of that user, target, unit, window and start. */
export function applyBoost({ user, modelGroup, ...values }: BoostEntry, index: number): Step {
  return {
    path: `boosts[${index}]`,
    label: `boost ${user} ${modelGroup} ${values.unit} ${values.window} ${values.from}`,
    async run(context) {
      const owner = await context.ports.users.findByName(user);
      const target = await findTarget(modelGroup, context.ports);
      const fields = [
        ...(owner === null ? [{ path: "user", code: "not_found" }] : []),
        ...(target === null ? [{ path: "modelGroup", code: "target_unknown" }] : []),
      ];
      if (owner === null || target === null) throw new AppError("validation_failed", {}, { fields });
      return runInside(importBoost, { ...values, userId: owner.id, target }, context);
    },
  };
}
