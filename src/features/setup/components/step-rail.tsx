import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { Progress } from "@/components/ui/progress";

/** Steps of the wizard, in order. */
const STEPS = ["unlock", "check", "admin", "channel", "key", "send"] as const;
/** One step of the wizard. */
export type Step = (typeof STEPS)[number];

/** Where one is in the wizard: a list beside the step in wide windows, a line above it in narrow ones. */
export function StepRail({ current }: { current: Step }) {
  const t = useTranslations("setup");
  const index = STEPS.indexOf(current);
  const progress = t("progress", { step: index + 1, total: STEPS.length });
  return (
    <>
      <div className="grid gap-2 md:hidden">
        <p className="flex justify-between text-sm text-muted-foreground">
          <span className="font-medium text-foreground">{t(`step.${current}`)}</span>
          {progress}
        </p>
        <Progress label={progress} value={((index + 1) / STEPS.length) * 100} />
      </div>
      <ol aria-label={t("stepsLabel")} className="hidden content-start md:grid">
        {STEPS.map((step, position) => {
          const isDone = position < index;
          return (
            <li aria-current={step === current ? "step" : undefined} className="group flex gap-3" key={step}>
              <div className="flex flex-col items-center">
                <span
                  className={cn(
                    "flex size-6 items-center justify-center rounded-full border text-xs font-medium tabular-nums",
                    isDone && "border-primary bg-primary text-primary-foreground",
                    step === current && "border-primary bg-primary-subtle text-primary",
                    position > index && "border-border bg-card text-muted-foreground",
                  )}
                >
                  {isDone ? <Check aria-hidden className="size-3.5 stroke-3" /> : position + 1}
                </span>
                <span
                  className={cn(
                    "my-1 w-px flex-1 group-last:hidden",
                    isDone ? "min-h-5 bg-primary" : "min-h-5 bg-border",
                  )}
                />
              </div>
              <span
                className={cn(
                  "text-sm leading-6",
                  step === current ? "font-medium text-foreground" : "text-muted-foreground",
                )}
              >
                {t(`step.${step}`)}
                {isDone ? <span className="sr-only">{` · ${t("stepDone")}`}</span> : null}
              </span>
            </li>
          );
        })}
      </ol>
    </>
  );
}
