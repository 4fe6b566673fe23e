"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Tabs, TabsList, TabsPanel, TabsTab } from "@/components/ui/tabs";
import { CopyButton } from "./copy-button";

/** One snippet: the name of its tool and its text, filled in. */
export type CodeTab = { readonly id: string; readonly label: string; readonly code: string };

/** Snippets for different tools, one shown at a time, each with a copy button. `label` names the set. */
export function CodeTabs({ tabs, label }: { tabs: readonly CodeTab[]; label: string }) {
  const t = useTranslations("shared.code");
  const [current, setCurrent] = useState(tabs[0]?.id ?? "");
  return (
    <Tabs
      className="gap-0 overflow-hidden rounded-lg border border-border bg-code"
      onValueChange={setCurrent}
      value={current}
    >
      <TabsList aria-label={label} className="bg-muted/60 px-1.5">
        {tabs.map((tab) => (
          <TabsTab data-user-text key={tab.id} value={tab.id}>
            {tab.label}
          </TabsTab>
        ))}
      </TabsList>
      {tabs.map((tab) => (
        <TabsPanel className="relative" key={tab.id} value={tab.id}>
          <pre
            className="p-4 font-mono text-xs leading-5 whitespace-pre-wrap wrap-anywhere max-sm:pt-14 sm:pe-28"
            data-user-text
            dir="ltr"
          >
            <code>{tab.code}</code>
          </pre>
          <div className="absolute end-2.5 top-2.5">
            <CopyButton label={t("copy", { name: tab.label })} text={tab.code} />
          </div>
        </TabsPanel>
      ))}
    </Tabs>
  );
}
