/** One rate of a stored decision, or the number of requests at once, as the drawer shows it. */
export type ShownRate = {
  /** `rpm`, `total`, `successful`, or `concurrency`. */
  readonly metric: string;
  readonly isRefused: boolean;
  /** Whose number it is: `user`, `group`, `override`, `key` or `default`. */
  readonly source: string;
  /** Name of the model group or model; null: all models. */
  readonly target: string | null;
  readonly used: number;
  readonly cap: number;
  /** null: no period. */
  readonly periodMs: number | null;
  /** Until one more fits; null: at once, or as soon as another one ends. */
  readonly waitMs: number | null;
};

type Given = Readonly<Record<string, unknown>>;

const record = (value: unknown): Given => (typeof value === "object" && value !== null ? { ...value } : {});
const textOf = (value: unknown) => (typeof value === "string" ? value : "");
const numberOf = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : 0);

/** The steps of kinds `rate` and `concurrency` of a decision (dashboard.md 7.2); those of other kinds are left out. */
export function readRateSteps({ steps }: Given): readonly ShownRate[] {
  if (!Array.isArray(steps)) return [];
  return steps.map(record).flatMap((step) => {
    if (step.kind !== "rate" && step.kind !== "concurrency") return [];
    const isRate = step.kind === "rate";
    const waitMs = numberOf(step.retryAfterMs);
    return [
      {
        metric: isRate ? textOf(step.metric) : "concurrency",
        isRefused: step.verdict === "deny",
        source: isRate ? textOf(record(step.winner).kind) : textOf(step.axis),
        target: !isRate || step.targetType === "all" ? null : textOf(step.target),
        used: numberOf(step.used),
        cap: numberOf(step.cap),
        periodMs: isRate ? numberOf(step.periodMs) : null,
        waitMs: waitMs > 0 ? waitMs : null,
      },
    ];
  });
}
