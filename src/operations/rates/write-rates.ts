import { AppError, type FieldError } from "@/core/errors";
import { normaliseModel } from "@/core/quota/limit";
import { rateChanges } from "@/core/quota/rate-changes";
import { type RateValues, rateKey } from "@/core/quota/rate-row";
import type { StoredRate } from "@/core/quota/rate-store";
import { managedBy } from "../existing";
import type { OperationContext, OperationResult } from "../operation";
import { rateNote, subjectRates } from "./rate-output";
import { type NamedPlace, placeTarget } from "./rate-place";
import type { RateRule, SubjectRates } from "./schema";

/** A rule as it is stored, or taken away when it inherits. */
export type WantedRate = RateValues & { readonly managedBy: "file" | null; readonly isInherited: boolean };

/** Rules as rows, owned by who writes them. Throws validation_failed for a model group that does not exist and for two rules of one thing. */
export async function wantedRates(
  rules: readonly RateRule[],
  { ports, actor }: OperationContext,
): Promise<readonly WantedRate[]> {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  const wanted = rules.map((rule) => ({ ...ratesOf(rule), managedBy: managedBy(actor) }));
  for (const [index, rate] of wanted.entries()) {
    if (rate.modelGroupId !== null && (await ports.modelGroups.find(rate.modelGroupId)) === null)
      faults.push({ path: `rules[${index}].target`, code: "target_unknown" });
    if (seen.has(rateKey(rate))) faults.push({ path: `rules[${index}]`, code: "duplicate" });
    seen.add(rateKey(rate));
  }
  if (faults.length > 0) throw new AppError("validation_failed", {}, { fields: faults });
  return wanted;
}

function ratesOf({ metric, target, value, burst }: RateRule) {
  return {
    metric,
    modelGroupId: target !== "all" && "modelGroupId" in target ? target.modelGroupId : null,
    model: target !== "all" && "model" in target ? normaliseModel(target.model) : null,
    amount: value.state === "limit" ? value.amount : null,
    burst: burst ?? null,
    isInherited: value.state === "inherit",
  };
}

/** Brings the rates of one subject to the wanted ones; without a difference nothing is written and nothing audited. */
export async function writeRates(
  named: NamedPlace,
  { before, wanted }: { readonly before: readonly StoredRate[]; readonly wanted: readonly WantedRate[] },
  { ports }: OperationContext,
): Promise<OperationResult<SubjectRates>> {
  const kept = wanted.filter(({ isInherited }) => !isInherited).map(({ isInherited: _, ...rate }) => rate);
  const changes = rateChanges(before, kept);
  if (changes.insert.length + changes.update.length + changes.remove.length === 0)
    return { output: subjectRates(named, before) };
  await ports.rates.write(named.place, changes);
  const after = await ports.rates.listAt(named.place);
  return {
    output: subjectRates(named, after),
    audit: {
      target: placeTarget(named.asked),
      before: rateNote(named.name, before),
      after: rateNote(named.name, after),
    },
  };
}
