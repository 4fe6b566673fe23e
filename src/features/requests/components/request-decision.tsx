"use client";

import { CircleCheck, CircleX } from "lucide-react";
import { useTranslations } from "next-intl";
import { Count } from "@/components/count";
import { useProblemText } from "@/components/use-problem-text";
import type { RequestDetail } from "@/operations/requests/schema";
import { DetailSection, Fact, FactList } from "./detail-section";
import { LimitTable } from "./limit-table";
import { RateList } from "./rate-list";
import { type DecisionFacts, readDecision } from "./read-decision";

/** Why a request was let through or refused: the stored decision. */
export function RequestDecision({ request }: { request: RequestDetail }) {
  const t = useTranslations("requests.detail");
  const facts = readDecision(request.decision);
  return (
    <DetailSection title={t("decision")}>
      {facts === null ? (
        <p className="text-sm text-muted-foreground">{t("noDecision")}</p>
      ) : (
        <Facts facts={facts} params={request.params} />
      )}
    </DetailSection>
  );
}

function Facts({ facts, params }: { facts: DecisionFacts; params: RequestDetail["params"] }) {
  const t = useTranslations("requests.decision");
  const problemText = useProblemText();
  const shownParams = facts.limits.length + facts.rates.length > 0 ? [] : Object.entries(params); // those of a limit are in its row
  const Icon = facts.isAdmitted ? CircleCheck : CircleX;
  return (
    <>
      <p className="flex items-start gap-2 text-sm">
        <Icon
          aria-hidden
          className={facts.isAdmitted ? "mt-0.5 size-4 shrink-0 text-success" : "mt-0.5 size-4 shrink-0 text-danger"}
        />
        <span>{facts.isAdmitted || facts.code === null ? t("admitted") : problemText({ code: facts.code })}</span>
      </p>
      <FactList>
        {facts.requested === null ? null : <ModelFact label={t("requested")} model={facts.requested} />}
        {facts.billed === null || facts.billed === facts.requested ? null : (
          <ModelFact label={t("billed")} model={facts.billed} />
        )}
        {facts.mapped === null || facts.mapped === facts.billed ? null : (
          <ModelFact label={t("mapped")} model={facts.mapped} />
        )}
        {facts.estimatedInputTokens === null ? null : (
          <Fact label={t("estimate")}>
            <Count value={facts.estimatedInputTokens} />
          </Fact>
        )}
        {facts.configVersion === null ? null : (
          <Fact label={t("configVersion")}>
            <Count value={facts.configVersion} />
          </Fact>
        )}
        {shownParams.map(([name, value]) => (
          <Fact key={name} label={<ParamName name={name} />}>
            <code className="font-mono text-xs" data-user-text>
              {typeof value === "string" ? value : JSON.stringify(value)}
            </code>
          </Fact>
        ))}
      </FactList>
      {facts.limits.length === 0 ? null : <LimitTable limits={facts.limits} />}
      {facts.rates.length === 0 ? null : <RateList rates={facts.rates} />}
    </>
  );
}

function ModelFact({ label, model }: { label: string; model: string }) {
  return (
    <Fact label={label}>
      <span data-user-text dir="auto">
        {model}
      </span>
    </Fact>
  );
}

function ParamName({ name }: { name: string }) {
  return (
    <code className="font-mono text-xs" data-user-text>
      {name}
    </code>
  );
}
