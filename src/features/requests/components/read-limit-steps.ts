/** How one limit came out for a request. */
export type LimitResult = "passed" | "unchecked" | "would_refuse" | "refused";

/** One limit of a stored decision as the drawer shows it. Amounts are decimal USD or integer texts; null: not stored. */
export type ShownLimit = {
  readonly limitId: number;
  /** It is what refused the request. */
  readonly isDecisive: boolean;
  readonly result: LimitResult;
  /** Why it refused, or would have. */
  readonly why: string | null;
  readonly axis: string;
  readonly source: string;
  /** Name of the model group; null: all other models. */
  readonly group: string | null;
  readonly unit: string;
  readonly window: string;
  readonly enforcement: string;
  /** null: a block, which has no amount. */
  readonly cap: string | null;
  readonly boost: string | null;
  readonly used: string | null;
  readonly held: string | null;
  readonly estimate: string | null;
  readonly worst: string | null;
  /** ISO text. */
  readonly resetsAt: string | null;
};

type Given = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Given => typeof value === "object" && value !== null;
const textOf = (value: unknown) => (typeof value === "string" ? value : null);
const wordOf = (value: unknown) => textOf(value) ?? "";
const amountOf = (value: unknown) =>
  typeof value === "string" && /^-?\d{1,20}(\.\d{1,9})?$/.test(value) ? value : null;

/** The steps of kind `limit` of a decision (dashboard.md 7.2); those of other kinds, and what cannot be read, are left out. */
export function readLimitSteps({ steps, deniedBy }: Given): readonly ShownLimit[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: unknown, index) =>
    isRecord(step) && step.kind === "limit" ? [shownLimit(step, index === deniedBy)] : [],
  );
}

function shownLimit(step: Given, isDecisive: boolean): ShownLimit {
  const winner = isRecord(step.winner) ? step.winner : {};
  return {
    limitId: typeof winner.limitId === "number" ? winner.limitId : 0,
    isDecisive,
    result: resultOf(step),
    why: textOf(step.why) ?? textOf(step.wouldDeny),
    axis: wordOf(step.axis),
    source: wordOf(winner.kind),
    group: step.targetType === "global" ? null : wordOf(step.target),
    unit: wordOf(step.unit),
    window: wordOf(step.window),
    enforcement: wordOf(step.enforcement),
    cap: amountOf(step.cap),
    boost: amountOf(step.boost),
    used: amountOf(step.used),
    held: amountOf(step.held),
    estimate: amountOf(step.estimate),
    worst: amountOf(step.worst),
    resetsAt: typeof step.resetsAt === "number" ? isoOf(step.resetsAt) : null,
  };
}

function resultOf({ verdict, wouldDeny }: Given): LimitResult {
  if (verdict === "deny") return "refused";
  if (typeof wouldDeny === "string") return "would_refuse";
  return verdict === "fail_open" ? "unchecked" : "passed";
}

function isoOf(at: number): string | null {
  const instant = new Date(at);
  return Number.isNaN(instant.getTime()) ? null : instant.toISOString();
}
