import type { LimitRow } from "@/core/quota/limit";
import { formatAmount } from "@/core/quota/limit-amount";
import type { LimitedCaller } from "@/core/quota/limit-cell";
import { quotaTexts } from "@/core/quota/quota-texts";
import type { QuotaItem } from "@/core/quota/read-quotas";
import { boostEnd } from "@/core/quota/resolve-limits";
import { toTarget } from "../limit-target";
import { toIso, toIsoOrNull } from "../to-output";
import type { QuotaCell, QuotaWindow } from "./schema";

/** One limit as its user may know it: names of one's own groups and nobody else's. */
export function quotaWindow(item: QuotaItem, caller: LimitedCaller): QuotaWindow {
  const { axis, unit, window, state, mode, enforcement, winner } = item.cell;
  return {
    ...{ axis, unit, window, state, mode, enforcement },
    ...quotaTexts(item),
    resetsAt: toIsoOrNull(item.resetsAt),
    source: sourceOutput(winner, caller),
    boosts: item.boosts.map((boost) => ({
      id: boost.id,
      amount: formatAmount(boost.amount, unit),
      to: toIso(boostEnd(boost)),
    })),
  };
}

/** One limit with its target and every row that speaks of it; `names` are those of model groups. */
export function quotaCell(item: QuotaItem, caller: LimitedCaller, names: ReadonlyMap<number, string>): QuotaCell {
  const { modelGroupId, sources } = item.cell;
  return {
    target: toTarget(modelGroupId),
    targetName: modelGroupId === null ? null : (names.get(modelGroupId) ?? null),
    ...quotaWindow(item, caller),
    sources: sources.map((row) => sourceOutput(row, caller)),
  };
}

function sourceOutput(row: LimitRow, { userGroups }: LimitedCaller): QuotaWindow["source"] {
  const { id, subjectType, subjectId, state, amount, unit } = row;
  const group = subjectType === "user_group" ? userGroups.find((one) => one.id === subjectId) : undefined;
  return {
    ...{ limitId: id, kind: subjectType, id: subjectId, state },
    name: group?.name ?? null,
    amount: amount === null ? null : formatAmount(amount, unit),
  };
}
