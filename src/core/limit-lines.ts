import { deniedStepOf, type JudgedLimit, type LimitStep, limitSteps } from "./decision";
import type { BucketAsk, BucketLine, Verdict } from "./quota/quota-store";
import type { ResolvedBucket } from "./quota/resolve-limits";
import { ENFORCEMENTS, type LimitAxis, type LimitMode, type LimitUnit, type LimitWindow } from "./vocabulary";

/*
 * The limits that an admitted request was measured by, as one text: a line per bucket, its fields separated by spaces. One is made for every
 * request, so the part that does not change from request to request is kept with the bucket (`label`), what is usual is left out, and readers
 * expand the rest. The fields are: id of the bucket, id of the winning limit, id of its user group (empty: the limit is the subject's own), two
 * letters of its enforcement, cap, boost (empty: none); then used, held, expected and worst (both empty: as the line before), reset (empty:
 * never), verdict (absent: it fits).
 */

const SEPARATOR = ";";

/** What was asked of the buckets of a request and what was found there; lines null: the counters did not answer. */
export type LimitLinesAsk = {
  readonly buckets: readonly Pick<ResolvedBucket, "label">[];
  readonly asks: readonly Pick<BucketAsk, "est" | "worst">[];
  readonly lines: readonly BucketLine[] | null;
};

/** The lines of a request, in the order of its buckets; "" when the counters did not answer. */
export function limitLines({ buckets, asks, lines }: LimitLinesAsk): string {
  if (lines === null) return "";
  const parts: string[] = [];
  let est = -1;
  let worst = -1;
  for (let index = 0; index < buckets.length; index++) {
    const line = lines[index];
    const ask = asks[index];
    const label = buckets[index]?.label;
    if (line === undefined || ask === undefined || label === undefined) continue;
    const { settled, held, resetsAt, verdict } = line;
    const isAsBefore = ask.est === est && ask.worst === worst;
    const amounts = isAsBefore ? " " : `${ask.est} ${ask.worst}`;
    const ending = verdict === "fits" ? "" : ` ${verdict}`;
    parts.push(`${label} ${settled} ${held} ${amounts} ${resetsAt ?? ""}${ending}`);
    ({ est, worst } = ask);
  }
  return parts.join(SEPARATOR);
}

/** A stored decision with its limits as steps; one that has no such text stays as it is. */
export function expandDecision(decision: unknown): unknown {
  if (typeof decision !== "object" || decision === null || !("limits" in decision)) return decision;
  const { limits, group, deniedLimit, ...rest } = decision as Readonly<Record<string, unknown>>;
  if (typeof limits !== "string") return decision;
  const isFailOpen = rest.failOpen === true;
  const steps = stepsOf(limits, { group: typeof group === "string" ? group : "", isFailOpen });
  if (deniedLimit === undefined) return { ...rest, steps };
  return { ...rest, steps, deniedBy: deniedStepOf(steps, deniedLimit) };
}

type Context = { readonly group: string; readonly isFailOpen: boolean };

function stepsOf(text: string, { group, isFailOpen }: Context): readonly LimitStep[] {
  const judged: JudgedLimit[] = [];
  for (const line of text.split(SEPARATOR)) {
    const limit = judgedOf(line.split(" "), { group, before: judged.at(-1) });
    if (limit !== null) judged.push(limit);
  }
  return limitSteps(judged, isFailOpen);
}

type Line = { readonly group: string; readonly before: JudgedLimit | undefined };

function judgedOf(fields: readonly string[], { group, before }: Line): JudgedLimit | null {
  const [id = "", limitId, groupId, letters = "", cap, boost, ...numbers] = fields;
  const [used, held, est, worst, resetsAt, verdict = "fits"] = numbers;
  const [subject = "", target, unit, window, instance] = id.split(":");
  if (resetsAt === undefined || window === undefined) return null;
  const axis: LimitAxis = subject.startsWith("u") ? "user" : "key";
  return {
    limitId: Number(limitId),
    axis,
    source: groupId === "" ? { kind: axis, id: Number(subject.slice(1)) } : { kind: "user_group", id: Number(groupId) },
    target: target === "0" ? "global" : group,
    targetType: target === "0" ? "global" : "group",
    unit: unit as LimitUnit,
    window: window as LimitWindow,
    mode: modeOf(instance),
    enforcement: ENFORCEMENTS.find((name) => name.startsWith(letters)) ?? "balanced",
    ...{ cap: Number(cap), boost: Number(boost), used: Number(used), held: Number(held) },
    est: est === "" ? (before?.est ?? 0) : Number(est),
    worst: worst === "" ? (before?.worst ?? 0) : Number(worst),
    verdict: verdict as Verdict,
    resetsAt: resetsAt === "" ? null : Number(resetsAt),
  };
}

function modeOf(instance: string | undefined): LimitMode | null {
  if (instance === undefined) return null;
  return instance === "rolling" || instance === "fixed" ? instance : "calendar";
}
