"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { CodeTabs } from "@/components/code-tabs";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { ProtocolId } from "@/core/vocabulary";
import type { Channel } from "@/operations/channels/channel";
import { useFirstRequest } from "../queries";
import { FirstRequestLine } from "./first-request-line";
import { SNIPPETS, snippet } from "./snippets";
import { StepActions } from "./step-actions";
import { StepCard } from "./step-card";
import { TestRequest } from "./test-request";

/** Stands in a snippet for a secret that is not known any more. */
const UNKNOWN_KEY = "sk-sluice-…";
const LABELS = {
  curl: "curl",
  claudeCode: "Claude Code",
  codex: "Codex",
  python: "Python",
  typescript: "TypeScript",
} as const;

/** Props of `SendStep`. */
export type SendStepProps = {
  channels: readonly Channel[];
  /** Known right after the key was made; null after a reload. */
  secret: string | null;
  baseUrl: string;
  /** This process serves `/v1`. */
  canTest: boolean;
  onSecret: (secret: string) => void;
  onAnotherKey: () => void;
  /** `hasArrived`: a first request is in the log. */
  onFinish: (hasArrived: boolean) => void;
  isFinishing: boolean;
};

/** The last step: commands to copy, a test request in the page, and the wait for the first request of any client. */
export function SendStep(props: SendStepProps) {
  const t = useTranslations("setup.send");
  const requestId = useFirstRequest();
  const models = modelsOf(props.channels);
  const [chosen, setChosen] = useState<string | null>(null);
  const model = models.find(({ name }) => name === chosen) ?? models[0];
  const speaks = model?.protocols ?? [];
  const speaksAnthropic = speaks.includes("anthropic-messages");
  const wireApi = speaks.includes("openai-responses") ? ("responses" as const) : ("chat" as const);
  const values = {
    baseUrl: props.baseUrl,
    key: props.secret ?? UNKNOWN_KEY,
    model: model?.name ?? "gpt-5-mini",
    wireApi,
  };
  const tabs = SNIPPETS.map((name) => ({
    id: name,
    label: LABELS[name],
    code: snippet(name, values, speaksAnthropic && !speaks.includes("openai-chat")),
  }));
  return (
    <StepCard takesFocus text={t("text")} title={t("title")}>
      <div className="grid gap-6">
        {props.secret === null ? <PasteKey onAnotherKey={props.onAnotherKey} onSecret={props.onSecret} /> : null}
        {models.length > 1 ? (
          <Field className="max-w-sm" label={t("model")}>
            <Select
              onValueChange={setChosen}
              options={models.map(({ name }) => ({
                value: name,
                label: (
                  <span data-user-text dir="auto">
                    {name}
                  </span>
                ),
              }))}
              value={model?.name}
            />
          </Field>
        ) : null}
        {props.canTest && model !== undefined && props.secret !== null ? (
          <TestRequest
            model={model.name}
            protocol={speaksAnthropic ? "anthropic-messages" : "openai-chat"}
            secret={props.secret}
          />
        ) : null}
        <div className="grid gap-2">
          <CodeTabs label={t("tools")} tabs={tabs} />
          {model === undefined ? null : (
            <p className="text-sm text-muted-foreground">{speaksAnthropic ? t("openaiOnly") : t("anthropicOnly")}</p>
          )}
        </div>
        <FirstRequestLine requestId={requestId} />
        <StepActions>
          <Button onClick={() => props.onFinish(requestId !== null)} pending={props.isFinishing}>
            {t("finish")}
          </Button>
        </StepActions>
      </div>
    </StepCard>
  );
}

/** Each model once, with the wire formats it is served in; a prefix is no name to ask for. */
function modelsOf(channels: readonly Channel[]): { name: string; protocols: ProtocolId[] }[] {
  const models = new Map<string, Set<string>>();
  for (const channel of channels.filter(({ enabled }) => enabled)) {
    for (const { name } of channel.models.filter((model) => !model.name.endsWith("*"))) {
      models.set(name, new Set([...(models.get(name) ?? []), ...channel.protocols]));
    }
  }
  return [...models].map(([name, protocols]) => ({ name, protocols: [...protocols] as ProtocolId[] }));
}

function PasteKey(props: { onSecret: (secret: string) => void; onAnotherKey: () => void }) {
  const t = useTranslations("setup.send");
  const [key, setKey] = useState("");
  return (
    <Alert
      actions={
        <Button onClick={props.onAnotherKey} size="sm" variant="outline">
          {t("anotherKey")}
        </Button>
      }
      tone="info"
    >
      <div className="grid gap-3">
        <p>{t("noSecret")}</p>
        <form
          className="flex max-w-lg flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (key.trim() !== "") props.onSecret(key.trim());
          }}
        >
          <Field className="flex-1 basis-56" label={t("pasteKey")}>
            <Input autoComplete="off" className="font-mono" onValueChange={setKey} spellCheck={false} value={key} />
          </Field>
          <Button type="submit" variant="secondary">
            {t("useKey")}
          </Button>
        </form>
      </div>
    </Alert>
  );
}
