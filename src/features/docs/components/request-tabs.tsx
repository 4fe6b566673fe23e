"use client";

import { useTranslations } from "next-intl";
import { CodeTabs } from "@/components/code-tabs";
import { useBaseUrl } from "@/features/requests/components/use-base-url";
import { requestSnippet, type SnippetCall, TOOLS } from "./request-snippet";

const NAMES = { curl: "curl", typescript: "TypeScript", python: "Python" } as const;

/** A call written down for different tools; its `url` is a path, to which the gateway's own origin is put. */
export function RequestTabs({ call, publicUrl }: { call: SnippetCall; publicUrl: string | null }) {
  const t = useTranslations("docs.operation");
  const url = useBaseUrl(publicUrl) + call.url;
  const tabs = TOOLS.map((id) => ({ id, label: NAMES[id], code: requestSnippet(id, { ...call, url }) }));
  return <CodeTabs label={t("snippets")} tabs={tabs} />;
}
