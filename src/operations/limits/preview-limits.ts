import type { OperationPorts } from "@/core/ports";
import { formatAmount } from "@/core/quota/limit-amount";
import { draftedItems, type LimitDraft, limitWarnings, withDraft } from "@/core/quota/limit-warnings";
import { quotaTexts } from "@/core/quota/quota-texts";
import type { QuotaItem } from "@/core/quota/read-quotas";
import type { PreviewedQuotas, UsersAsk } from "@/core/quota-ports";
import { defineOperation } from "../operation";
import { toIso } from "../to-output";
import { namedPlace } from "./limit-place";
import { LimitPreview, PreviewLimitsInput } from "./schema";
import { wantedRows } from "./write-limits";

/** Users of a group that are looked at. */
const MAX_USERS = 200;

/** What limits would come to for each user they are for, and what to be warned of. The used amounts are the ledger's; nothing is written. */
export const previewLimits = defineOperation({
  name: "limits.preview",
  method: "POST",
  path: "/limits/preview",
  summary: "Tells what limits would come to if they were put, with warnings; writes nothing.",
  permission: "limits:read",
  input: PreviewLimitsInput,
  output: LimitPreview,
  errors: ["database_unavailable"],
  isRead: true,
  async run({ version: _, values, ...asked }, context) {
    const { ports, now } = context;
    const { place } = await namedPlace(asked, ports);
    const draft: LimitDraft = { place, wanted: wantedRows(values, context) };
    const { userIds, keyId } = await usersOf(draft, ports);
    const looked = { userIds: userIds.slice(0, MAX_USERS), keyId };
    const users = await ports.quotas.preview(looked, (rows) => withDraft(rows, draft));
    return {
      output: {
        asOf: toIso(Math.max(now, ...users.map(({ at }) => at))),
        subjects: users.map((user) => subjectOutput(user, draft)),
        total: { value: userIds.length, capped: userIds.length > MAX_USERS },
      },
    };
  },
});

async function usersOf({ place }: LimitDraft, ports: OperationPorts): Promise<UsersAsk> {
  const { subjectType, subjectId } = place;
  if (subjectType === "user") return { userIds: [subjectId], keyId: null };
  if (subjectType === "user_group") {
    const rows = await ports.userGroups.listUsers({ userGroupId: subjectId });
    return { userIds: rows.map(({ userId }) => userId).sort((a, b) => a - b), keyId: null };
  }
  const key = await ports.keys.find(subjectId);
  return { userIds: key === null ? [] : [key.userId], keyId: subjectId };
}

function subjectOutput(
  { caller, stored, items }: PreviewedQuotas,
  draft: LimitDraft,
): LimitPreview["subjects"][number] {
  return {
    userId: caller.userId,
    keyId: draft.place.subjectType === "key" ? caller.keyId : null,
    cells: draftedItems(draft, items).map(cellOutput),
    warnings: limitWarnings(draft, { stored, items }).map(({ by, ...warning }) => ({
      ...warning,
      by: by === null ? null : { kind: by.subjectType, id: by.subjectId },
    })),
  };
}

function cellOutput(item: QuotaItem): LimitPreview["subjects"][number]["cells"][number] {
  const { unit, window, state, mode, enforcement, winner, runnerUp, amount } = item.cell;
  const { cap, boost, used } = quotaTexts(item);
  return {
    ...{ unit, window, state, mode, enforcement, cap, boost, used },
    amount: amount === null ? null : formatAmount(amount, unit),
    winner: { kind: winner.subjectType, id: winner.subjectId },
    runnerUp: runnerUp === null ? null : { kind: runnerUp.subjectType, id: runnerUp.subjectId },
  };
}
