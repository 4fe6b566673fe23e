import { type LimitStep, limitSteps } from "./decision";
import type { Hold } from "./quota/hold";
import type { Verdict } from "./quota/quota-store";
import type { Enforcement, LimitAxis, LimitMode, LimitSubject, LimitUnit, LimitWindow } from "./vocabulary";

/*
 * The limits that an admitted request was measured by, as one text: a line per bucket, its fields separated by spaces. One is made for every
 * request, so the part that does not change from request to request is kept with the bucket (`label`), and readers expand the rest.
 */

const SEPARATOR = ";";
const NEVER = "-";

/** The lines of a hold, in the order of its buckets; "" when the counters did not answer. */
export function limitLines({ buckets, lines, resolution }: Hold): string {
  let text = "";
  for (let index = 0; index < buckets.length; index++) {
    const line = lines?.[index];
    const bucket = buckets[index];
    const label = resolution.buckets[index]?.label;
    if (line === undefined || bucket === undefined || label === undefined) continue;
    const { settled, held, resetsAt, verdict } = line;
    const numbers = `${settled} ${held} ${bucket.est} ${bucket.worst} ${resetsAt ?? NEVER} ${verdict}`;
    text += text === "" ? `${label} ${numbers}` : `${SEPARATOR}${label} ${numbers}`;
  }
  return text;
}

/** A stored decision with its limits as steps; one that has no such text stays as it is. */
export function expandDecision(decision: unknown): unknown {
  if (typeof decision !== "object" || decision === null || !("limits" in decision)) return decision;
  const { limits, group, ...rest } = decision as { readonly limits: unknown; readonly group?: unknown };
  if (typeof limits !== "string") return decision;
  const isFailOpen = "failOpen" in rest && rest.failOpen === true;
  return { ...rest, steps: stepsOf(limits, { group: typeof group === "string" ? group : "", isFailOpen }) };
}

type Context = { readonly group: string; readonly isFailOpen: boolean };

function stepsOf(text: string, { group, isFailOpen }: Context): readonly LimitStep[] {
  const judged = text.split(SEPARATOR).flatMap((line) => judgedOf(line.split(" "), group) ?? []);
  return limitSteps(judged, isFailOpen);
}

type Fields = readonly string[];

/** id, limit, kind and id of its subject, enforcement, cap, boost; then used, held, expected, worst, reset, verdict. */
function judgedOf(fields: Fields, group: string) {
  const [id = "", limitId, kind, subjectId, enforcement, cap, boost, ...numbers] = fields;
  const [used, held, est, worst, resetsAt, verdict] = numbers;
  const [subject = "", target, unit, window, instance] = id.split(":");
  if (verdict === undefined || window === undefined) return null;
  return {
    limitId: Number(limitId),
    axis: (subject.startsWith("u") ? "user" : "key") satisfies LimitAxis as LimitAxis,
    source: { kind: kind as LimitSubject, id: Number(subjectId) },
    target: target === "0" ? "global" : group,
    targetType: target === "0" ? ("global" as const) : ("group" as const),
    unit: unit as LimitUnit,
    window: window as LimitWindow,
    mode: modeOf(instance),
    enforcement: enforcement as Enforcement,
    ...{ cap: Number(cap), boost: Number(boost), used: Number(used), held: Number(held) },
    ...{ est: Number(est), worst: Number(worst) },
    verdict: verdict as Verdict,
    resetsAt: resetsAt === NEVER ? null : Number(resetsAt),
  };
}

function modeOf(instance: string | undefined): LimitMode | null {
  if (instance === undefined) return null;
  return instance === "rolling" || instance === "fixed" ? instance : "calendar";
}
