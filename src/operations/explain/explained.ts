import type { Decision, LimitStep } from "@/core/decision";
import type { OperationPorts } from "@/core/ports";
import type { LimitSubject } from "@/core/vocabulary";
import { toIso } from "../to-output";
import type { ExplainedStep } from "./schema";

/** Whose request is explained. */
export type Explained = {
  readonly userId: number | null;
  readonly userName: string | null;
  readonly keyId: number | null;
  readonly keyName: string | null;
};

/** What is known besides the decision; `code` null: the request passed. */
export type Told = {
  readonly subject: Explained;
  readonly code: string | null;
  readonly params: Readonly<Record<string, unknown>>;
};

/** A decision as it is explained, with the names of whose rows decided; null: it is no longer kept. */
export async function explained(
  decision: Decision | null,
  { subject, code, params }: Told,
  { userGroups }: Pick<OperationPorts, "userGroups">,
) {
  const steps = decision?.steps ?? [];
  const asksGroups = steps.some((step) => step.kind === "limit" && step.winner.kind === "user_group");
  const groups = new Map((asksGroups ? await userGroups.list({}) : []).map(({ id, name }) => [id, name]));
  const nameOf = (kind: LimitSubject, id: number | null) => {
    if (kind === "user_group") return id === null ? null : (groups.get(id) ?? null);
    return kind === "user" ? subject.userName : subject.keyName;
  };
  return {
    code,
    sentence: { code: code ?? "admitted", params: { ...params } },
    counted: decision?.counted ?? null,
    steps: steps.map((step) => (step.kind === "limit" ? explainedStep(step, subject, nameOf) : step)),
    deniedBy: decision?.deniedBy ?? null,
  };
}

function explainedStep(
  step: LimitStep,
  { userId, keyId }: Explained,
  nameOf: (kind: LimitSubject, id: number | null) => string | null,
): ExplainedStep {
  const { kind, limitId, id: given } = step.winner;
  const own = { user: userId, key: keyId, user_group: null }[kind];
  const id = given ?? own;
  return {
    kind: "limit",
    verdict: step.verdict,
    why: step.why ?? null,
    wouldDeny: step.wouldDeny ?? null,
    axis: step.axis,
    targetType: step.targetType,
    target: step.target,
    unit: step.unit,
    window: step.window,
    mode: step.mode ?? null,
    enforcement: step.enforcement,
    winner: { limitId, kind, id, name: nameOf(kind, id) },
    cap: step.cap,
    boost: step.boost ?? null,
    used: step.used ?? null,
    held: step.held ?? null,
    estimate: step.estimate ?? null,
    worst: step.worst ?? null,
    resetsAt: step.resetsAt === undefined ? null : toIso(step.resetsAt),
  };
}
