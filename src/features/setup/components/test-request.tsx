"use client";

import { Send } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Count } from "@/components/count";
import { Duration } from "@/components/duration";
import { Money } from "@/components/money";
import { toProblem } from "@/components/problem";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { useProblemText } from "@/components/use-problem-text";
import type { ProtocolId } from "@/core/vocabulary";
import { useRequestCost } from "../queries";
import { TEST_OUTPUT_TOKENS, testCall } from "./test-call";
import { type TestProgress, useTestRequest } from "./use-test-request";

/** Sends one real streamed request and shows status, text as it arrives, tokens and cost. */
export function TestRequest(props: { model: string; protocol: ProtocolId; secret: string }) {
  const t = useTranslations("setup.send");
  const { progress, send } = useTestRequest();
  const call = testCall(props.protocol, props.model, props.secret);
  return (
    <section className="grid gap-4 rounded-lg border border-border bg-muted/40 p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button
          disabled={call === null}
          onClick={() => {
            if (call !== null) void send(call);
          }}
          pending={progress?.phase === "running"}
        >
          {progress?.phase === "running" ? null : <Send aria-hidden className="rtl:-scale-x-100" />}
          {progress === null ? t("test") : t("testAgain")}
        </Button>
        <p className="min-w-0 flex-1 basis-60 text-sm text-pretty text-muted-foreground">
          {t("testNote", { model: props.model, tokens: TEST_OUTPUT_TOKENS })}
        </p>
      </div>
      {progress === null ? null : <Reply progress={progress} />}
    </section>
  );
}

function Reply({ progress }: { progress: TestProgress }) {
  const t = useTranslations("setup.send");
  const cost = useRequestCost(progress.requestId, progress.phase === "done");
  return (
    <div className="grid gap-3">
      {progress.phase === "failed" ? (
        <Failure progress={progress} />
      ) : (
        <section aria-busy={progress.phase === "running"} aria-label={t("answer")}>
          <p
            className={cn(
              "min-h-18 rounded-md border border-border bg-card px-3.5 py-3 text-base whitespace-pre-wrap",
              progress.text === "" && "text-muted-foreground",
            )}
          >
            {progress.text === "" ? t("waiting") : <span data-user-text>{progress.text}</span>}
          </p>
        </section>
      )}
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 text-sm sm:grid-cols-5">
        <Fact
          label={t("status")}
          value={progress.status === null || progress.status === 0 ? null : <Plain text={String(progress.status)} />}
        />
        <Fact
          label={t("inputTokens")}
          value={progress.inputTokens === null ? null : <Count value={progress.inputTokens} />}
        />
        <Fact
          label={t("outputTokens")}
          value={progress.outputTokens === null ? null : <Count value={progress.outputTokens} />}
        />
        <Fact
          label={t("cost")}
          value={
            cost === null ? (
              progress.phase === "done" ? (
                <span className="text-muted-foreground">{t("costPending")}</span>
              ) : null
            ) : (
              <Money look="cost" usd={cost} />
            )
          }
        />
        <Fact label={t("time")} value={progress.durationMs === null ? null : <Duration ms={progress.durationMs} />} />
      </dl>
      {progress.requestId === null ? null : (
        <p className="font-mono text-xs break-all text-muted-foreground" data-user-text>
          {progress.requestId}
        </p>
      )}
    </div>
  );
}

function Plain({ text }: { text: string }) {
  return <span data-user-text>{text}</span>;
}

function Fact({ label, value }: { label: ReactNode; value: ReactNode }) {
  return (
    <div className="grid gap-0.5">
      <dt className="text-muted-foreground">{label}</dt>
      <dd className="font-medium tabular-nums">{value ?? "–"}</dd>
    </div>
  );
}

function Failure({ progress }: { progress: TestProgress }) {
  const t = useTranslations("setup.send");
  const problemText = useProblemText();
  if (progress.status === 0) {
    return (
      <Alert live="alert" tone="danger">
        {t("unreachable")}
      </Alert>
    );
  }
  return (
    <Alert live="alert" title={problemText(toProblem({ code: progress.code ?? "upstream_error" }))} tone="danger">
      {progress.message === null ? undefined : (
        <span className="break-words" data-user-text dir="auto">
          {progress.message}
        </span>
      )}
    </Alert>
  );
}
