import { hash } from "node:crypto";
import type { RateValues } from "@/core/quota/rate-row";
import type { StoredRate } from "@/core/quota/rate-store";
import { toVersioned } from "../to-output";
import type { NamedPlace } from "./rate-place";
import type { RateItem, SubjectRates } from "./schema";

/** A stored rate as lists show it. */
export function rateItem(row: StoredRate): RateItem {
  const { userId, userGroupId, keyId, userName, userGroupName, keyName, modelGroupName } = row;
  return {
    ...toVersioned(row),
    kind: row.subjectType,
    ...{ userId, userGroupId, keyId, userName, userGroupName, keyName, modelGroupName },
    ...ruleOutput(row),
  };
}

/** All rates of one subject as the API shows them. */
export function subjectRates({ asked, name }: NamedPlace, rows: readonly StoredRate[]): SubjectRates {
  return {
    kind: asked.kind,
    id: asked.id,
    userGroupId: asked.userGroupId ?? null,
    subjectName: name,
    version: versionOf(rows),
    managedBy: rows.some(({ managedBy }) => managedBy === "file") ? "file" : null,
    rules: rows.map(ruleOutput),
  };
}

/** The version of the rates of one subject: a digest of their ids and versions. */
export function versionOf(rows: readonly Pick<StoredRate, "id" | "version">[]): string {
  const parts = rows.map(({ id, version }) => `${id}:${version}`).sort();
  return hash("sha256", parts.join(","), "base64url").slice(0, 22);
}

/** What the audit log keeps of rates; null without any. */
export function rateNote(name: string, rows: readonly RateValues[]) {
  return rows.length === 0 ? null : { name, rules: rows.map(ruleOutput) };
}

function ruleOutput({ metric, modelGroupId, model, amount, burst }: RateValues) {
  const value = amount === null ? ({ state: "unlimited" } as const) : ({ state: "limit", amount } as const);
  if (modelGroupId !== null) return { metric, target: { modelGroupId }, value, burst };
  return { metric, target: model === null ? ("all" as const) : { model }, value, burst };
}
