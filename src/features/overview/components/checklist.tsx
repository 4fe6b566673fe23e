"use client";

import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Card, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { Link, useRouter } from "@/i18n/navigation";
import type { Overview } from "@/operations/overview/schema";
import { dismissChecklistAction } from "../actions";

const STEPS = [
  { key: "channel", href: "/admin/channels" },
  { key: "key", href: "/admin/keys" },
  { key: "request", href: "/setup" },
] as const;

/** The first steps, with a way to each open one. */
export function Checklist({ checklist }: { checklist: Overview["checklist"] }) {
  const t = useTranslations("overview");
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const done = STEPS.filter(({ key }) => checklist[key]).length;
  const next = STEPS.find(({ key }) => !checklist[key])?.key;
  const dismiss = () =>
    startTransition(async () => {
      await dismissChecklistAction({});
      router.refresh();
    });
  return (
    <Card>
      <CardHeader>
        <div>
          <CardTitle>{t("checklistTitle")}</CardTitle>
          <CardDescription>{t("checklistText", { done, total: STEPS.length })}</CardDescription>
        </div>
        <Button className="text-muted-foreground" onClick={dismiss} pending={pending} size="sm" variant="ghost">
          {t("dismiss")}
        </Button>
      </CardHeader>
      <ol className="pt-3">
        {STEPS.map(({ key, href }) => {
          const isDone = checklist[key];
          return (
            <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-border px-5 py-3.5" key={key}>
              <span
                className={cn(
                  "flex size-6 shrink-0 items-center justify-center rounded-full border",
                  isDone ? "border-success bg-success text-card" : "border-input-soft border-dashed",
                )}
              >
                {isDone ? <Check aria-hidden className="size-3.5 stroke-3" /> : null}
                <span className="sr-only">{isDone ? t("done") : t("open")}</span>
              </span>
              <div className="grid min-w-0 flex-1 basis-56">
                <span className={cn("text-sm font-medium", isDone && "text-muted-foreground")}>{t(`${key}Title`)}</span>
                <span className="text-sm text-pretty text-muted-foreground">{t(`${key}Text`)}</span>
              </div>
              {isDone ? null : (
                <Button
                  nativeButton={false}
                  render={<Link href={href} />}
                  size="sm"
                  variant={key === next ? "default" : "outline"}
                >
                  {t(`${key}Action`)}
                </Button>
              )}
            </li>
          );
        })}
      </ol>
    </Card>
  );
}
