import { boostStateAt } from "@/core/quota/boost-state";
import type { StoredBoost } from "@/core/quota/boost-store";
import { formatAmount } from "@/core/quota/limit-amount";
import { toTarget } from "../limit-target";
import { toIso, toIsoOrNull, toVersioned } from "../to-output";
import type { Boost } from "./schema";

/** A boost as the API shows it at `now` (epoch ms). */
export function boostOutput(row: StoredBoost, now: number): Boost {
  return {
    ...toVersioned(row),
    userId: row.userId,
    userName: row.userName,
    target: toTarget(row.modelGroupId),
    targetName: row.modelGroupName,
    unit: row.unit,
    window: row.window,
    amount: formatAmount(row.amount, row.unit),
    from: toIso(row.validFrom),
    to: toIso(row.validTo),
    endedAt: toIsoOrNull(row.endedAt),
    state: boostStateAt(row, now),
    note: row.note,
    createdBy: row.createdBy,
  };
}
