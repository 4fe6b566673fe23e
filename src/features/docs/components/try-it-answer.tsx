"use client";

import { useFormatter, useTranslations } from "next-intl";
import { CopyButton } from "@/components/copy-button";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { useProblemText } from "@/components/use-problem-text";
import { JsonBlock } from "./json-block";
import type { Answer } from "./send-call";

/** What came back from a call that was tried: status, time, headers, and the body; of a stream its events as they come. */
export function TryItAnswer({ answer, isPending }: { answer: Answer | null; isPending: boolean }) {
  const t = useTranslations("docs.try");
  const format = useFormatter();
  const problemText = useProblemText();
  if (answer === null) {
    return (
      <p className="sr-only" role="status">
        {isPending ? t("sending") : ""}
      </p>
    );
  }
  const { status, problem, events } = answer;
  const isReached = status > 0;
  return (
    <div className="grid min-w-0 grid-cols-1 gap-3 border-t border-border pt-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2" role="status">
        {isReached ? (
          <Badge className="font-mono" data-user-text tone={status < 400 ? "success" : "danger"}>
            {status}
          </Badge>
        ) : null}
        <span className="text-sm text-muted-foreground tabular-nums">
          {t("duration", {
            duration: format.number(answer.durationMs, { style: "unit", unit: "millisecond", unitDisplay: "short" }),
          })}
        </span>
        {events === null ? null : (
          <span className="text-sm text-muted-foreground">{t("events", { count: events.length })}</span>
        )}
      </div>
      {problem === null ? null : (
        <Alert live="alert" tone="danger">
          {problemText(problem)}
        </Alert>
      )}
      {answer.headers.length === 0 ? null : <HeaderList headers={answer.headers} />}
      {events === null && answer.text === "" ? null : (
        <div className="relative min-w-0 overflow-hidden rounded-lg border border-border bg-code">
          <section
            aria-label={t("answer")}
            className="max-h-112 overflow-y-auto outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            tabIndex={0}
          >
            <JsonBlock
              className="max-sm:pt-14 sm:pe-28"
              isJson={answer.isJson}
              text={events?.join("\n\n") ?? answer.text}
            />
          </section>
          {events === null ? (
            <div className="absolute end-2.5 top-2.5">
              <CopyButton label={t("copyAnswer")} text={answer.text} />
            </div>
          ) : null}
        </div>
      )}
    </div>
  );
}

function HeaderList({ headers }: { headers: Answer["headers"] }) {
  return (
    <dl className="grid gap-x-4 gap-y-1 font-mono text-xs sm:grid-cols-[auto_1fr]" data-user-text dir="ltr">
      {headers.map(([name, value]) => (
        <div className="contents" key={name}>
          <dt className="text-muted-foreground">{name}</dt>
          <dd className="wrap-anywhere max-sm:mb-1">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
