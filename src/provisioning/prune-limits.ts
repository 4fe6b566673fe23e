import { boostStateAt } from "@/core/quota/boost-state";
import type { StoredLimit } from "@/core/quota/limit-store";
import { endBoost } from "@/operations/boosts/end-boost";
import { importLimits } from "@/operations/limits/import-limits";
import type { OperationContext } from "@/operations/operation";
import { runInside } from "@/operations/run-operation";
import type { ConfigFile } from "./config-file";
import { boostKey, limitKey, limitNames, storedBoostKey } from "./limit-names";
import type { Step } from "./step";

/** Removes the limits that the file owns and no longer names, and ends such boosts: their rows stay. */
export function pruneLimits(file: ConfigFile): readonly Step[] {
  const limits = new Set(file.limits.map(limitKey));
  const boosts = new Set(file.boosts.map(boostKey));
  return [
    step("limits", async (context) => {
      const rows = (await context.ports.limits.listAll()).filter(isOwned);
      const gone = rows.filter((row) => !limits.has(limitKey({ ...row, ...limitNames(row) })));
      const places = Map.groupBy(gone, (row) => `${row.subjectType}:${row.subjectId}:${row.modelGroupId}`);
      for (const cells of places.values()) await inheritAll(cells, context);
    }),
    step("boosts", async (context) => {
      const rows = (await context.ports.boosts.listAll()).filter(isOwned);
      const gone = rows.filter((row) => boostStateAt(row, context.now) !== "ended" && !boosts.has(storedBoostKey(row)));
      for (const { id } of gone) await runInside(endBoost, { id }, context);
    }),
  ];
}

/** Takes cells of one subject and target away. */
async function inheritAll(cells: readonly StoredLimit[], context: OperationContext): Promise<void> {
  const [place] = cells;
  if (place === undefined) return;
  const units = [...Map.groupBy(cells, ({ unit }) => unit)].map(([unit, rows]) => {
    return [unit, Object.fromEntries(rows.map(({ window }) => [window, { state: "inherit" }]))] as const;
  });
  const { subjectType: kind, subjectId: id, modelGroupId } = place;
  const input = { kind, id, target: modelGroupId ?? "global", values: Object.fromEntries(units) };
  await runInside(importLimits, input, context);
}

function isOwned({ managedBy }: { readonly managedBy: "file" | null }): boolean {
  return managedBy === "file";
}

function step(list: string, run: (context: OperationContext) => Promise<void>): Step {
  return { path: "prune", label: `${list} that the file no longer names`, run };
}
