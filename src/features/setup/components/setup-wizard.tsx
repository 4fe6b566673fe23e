"use client";

import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { useBaseUrl } from "@/features/requests/components/use-base-url";
import { Link, useRouter } from "@/i18n/navigation";
import type { Channel } from "@/operations/channels/channel";
import type { SetupState, SetupUnlocked } from "@/operations/setup/schema";
import type { Viewer } from "@/operations/viewer/schema";
import { dismissAction } from "../actions";
import { AdminStep } from "./admin-step";
import { ChannelStep } from "./channel-step";
import { CheckStep } from "./check-step";
import { KeyStep } from "./key-step";
import { SendStep } from "./send-step";
import { type Step, StepRail } from "./step-rail";
import { UnlockStep } from "./unlock-step";

/** What the server knows when the page is opened: how far the wizard is, and for the admin what is there already. */
export type SetupStart = {
  readonly state: SetupState;
  readonly viewer: Viewer | null;
  readonly channels: readonly Channel[];
};

function firstOpenStep({ finished, detail }: SetupState): Step {
  if (!finished || detail === null) return "unlock";
  return detail.step === "done" ? "send" : detail.step;
}

/** The wizard from the setup token to the first answered request. The server says where a reload resumes. */
export function SetupWizard({ start }: { start: SetupStart }) {
  const t = useTranslations("setup");
  const router = useRouter();
  const [refreshing, startTransition] = useTransition();
  const [local, setLocal] = useState<Step | null>(null);
  const [unlocked, setUnlocked] = useState<{ token: string; found: SetupUnlocked } | null>(null);
  const [publicUrl, setPublicUrl] = useState<string | null>(null);
  const [added, setAdded] = useState<readonly Channel[]>([]);
  const [secret, setSecret] = useState<string | null>(null);
  const { viewer } = start;
  const baseUrl = useBaseUrl(viewer?.publicUrl ?? null);
  const step = local ?? firstOpenStep(start.state);

  const finish = (hasArrived: boolean) =>
    startTransition(async () => {
      if (hasArrived) await dismissAction({}); // otherwise the checklist still waits for it
      router.push("/admin");
    });

  return (
    <div className="mx-auto grid w-full max-w-5xl gap-6 px-4 py-6 md:grid-cols-[11rem_minmax(0,1fr)] md:gap-10 md:px-6 md:py-10">
      <div className="grid gap-1 md:col-start-2">
        <h1 className="text-2xl leading-8 font-semibold tracking-tight text-balance">
          {t("title", { name: viewer?.gatewayName ?? unlocked?.found.gatewayName ?? "Sluice" })}
        </h1>
        <p className="text-sm text-muted-foreground">{t("lead")}</p>
      </div>
      <div className="md:row-start-2 md:pt-1">
        <StepRail current={step} />
      </div>
      <div className="grid min-w-0 content-start gap-4 md:col-start-2">
        {step === "unlock" ? (
          <UnlockStep
            onUnlocked={(token, found) => {
              setUnlocked({ token, found });
              setLocal("check");
            }}
          />
        ) : null}
        {step === "check" && unlocked !== null ? (
          <CheckStep
            found={unlocked.found}
            onDone={(address) => {
              setPublicUrl(address);
              setLocal("admin");
            }}
          />
        ) : null}
        {step === "admin" && unlocked !== null ? (
          <AdminStep
            isLeaving={refreshing}
            onDone={() =>
              startTransition(() => {
                setLocal(null);
                router.refresh();
              })
            }
            publicUrl={publicUrl}
            token={unlocked.token}
          />
        ) : null}
        {step === "channel" ? (
          <ChannelStep
            onDone={(channel) => {
              setAdded([...added, channel]);
              setLocal("key");
            }}
            onSkip={() => setLocal("key")}
          />
        ) : null}
        {step === "key" && viewer !== null ? (
          <KeyStep
            onDone={(made) => {
              setSecret(made);
              setLocal("send");
            }}
            onSkip={() => setLocal("send")}
            owner={viewer.user}
          />
        ) : null}
        {step === "send" ? (
          <SendStep
            baseUrl={baseUrl}
            canTest={viewer?.features.testRequest ?? false}
            channels={[...start.channels, ...added]}
            isFinishing={refreshing}
            onAnotherKey={() => setLocal("key")}
            onFinish={finish}
            onSecret={setSecret}
            secret={secret}
          />
        ) : null}
        {step === "channel" || step === "key" ? (
          <p className="text-sm text-muted-foreground">
            <Link className="rounded-xs text-foreground underline underline-offset-4" href="/admin">
              {t("skipAll")}
            </Link>{" "}
            · {t("skipAllHint")}
          </p>
        ) : null}
      </div>
    </div>
  );
}
