import type { BoostRow } from "@/core/quota/limit";
import type { StoredLimit } from "@/core/quota/limit-store";
import type { BoostEntry, LimitEntry } from "./limit-entry";

/** How the file names subject and target of a stored limit. */
export function limitNames({ subjectType, subjectName, modelGroupName }: StoredLimit) {
  return {
    subject: `${subjectType === "user_group" ? "group" : subjectType}:${subjectName}`,
    target: modelGroupName === null ? "global" : `group:${modelGroupName}`,
  };
}

/** The natural key of a limit in the file (provisioning.md, idempotent). */
export function limitKey({
  subject,
  target,
  unit,
  window,
}: Pick<LimitEntry, "subject" | "target" | "unit" | "window">) {
  return JSON.stringify([subject.toLowerCase(), target.toLowerCase(), unit, window]);
}

/** The natural key of a boost in the file (provisioning.md, idempotent). */
export function boostKey({ user, modelGroup, unit, window, from }: Omit<BoostEntry, "amount" | "to" | "note">) {
  return JSON.stringify([user.toLowerCase(), modelGroup.toLowerCase(), unit, window, Date.parse(from)]);
}

/** The same of a stored boost. */
export function storedBoostKey(row: BoostRow & { readonly userName: string; readonly modelGroupName: string | null }) {
  const { userName: user, modelGroupName, unit, window, validFrom } = row;
  return boostKey({
    user,
    modelGroup: modelGroupName ?? "global",
    unit,
    window,
    from: new Date(validFrom).toISOString(),
  });
}
