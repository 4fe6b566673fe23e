import { AppError } from "@/core/errors";
import { importLimits } from "@/operations/limits/import-limits";
import type { PutLimitsInput } from "@/operations/limits/schema";
import { runInside } from "@/operations/run-operation";
import type { ConfigFile } from "./config-file";
import { findSubject, findTarget } from "./find-place";
import type { LimitEntry } from "./limit-entry";
import type { Step } from "./step";

/** The limits of the file, those of one subject and target in one step. What the file does not name stays. */
export function applyLimits({ limits }: Pick<ConfigFile, "limits">): readonly Step[] {
  const places = Map.groupBy(limits.keys(), (index) => placeKey(limits[index] as LimitEntry));
  return [...places.values()].map((indexes) => placeStep(limits, indexes));
}

/** What entries of one subject and target have in common. */
function placeKey({ subject, target }: LimitEntry): string {
  return JSON.stringify([subject.toLowerCase(), target.toLowerCase()]);
}

function placeStep(limits: readonly LimitEntry[], indexes: readonly number[]): Step {
  const entries = indexes.flatMap((index) => limits[index] ?? []);
  const [{ subject, target } = { subject: "", target: "" }] = entries;
  return {
    path: "limits",
    label: `limits ${subject} ${target}`,
    async run(context) {
      const who = await findSubject(subject, context.ports);
      const what = await findTarget(target, context.ports);
      const fields = indexes.flatMap((index) => [
        ...(who === null ? [{ path: `[${index}].subject`, code: "subject_unknown" }] : []),
        ...(what === null ? [{ path: `[${index}].target`, code: "target_unknown" }] : []),
      ]);
      if (who === null || what === null) throw new AppError("validation_failed", {}, { fields });
      return runInside(importLimits, { ...who, target: what, values: gridOf(entries) }, context);
    },
  };
}

function gridOf(entries: readonly LimitEntry[]): PutLimitsInput["values"] {
  const units = Map.groupBy(entries, ({ unit }) => unit);
  const rows = [...units].map(
    ([unit, cells]) => [unit, Object.fromEntries(cells.map((cell) => [cell.window, toValue(cell)]))] as const,
  );
  return Object.fromEntries(rows);
}

function toValue({ state = "limit", amount, mode, enforcement }: LimitEntry) {
  if (state !== "limit") return { state };
  return {
    ...{ state, amount },
    ...(mode === undefined ? {} : { mode }),
    ...(enforcement === undefined ? {} : { enforcement }),
  };
}
