"use client";

import { CodeTabs } from "@/components/code-tabs";
import { SNIPPETS, snippet } from "@/features/setup/components/snippets";
import type { OwnRequestItem } from "@/operations/requests/schema";
import { useBaseUrl } from "./use-base-url";

const TOOLS = {
  curl: "curl",
  claudeCode: "Claude Code",
  codex: "Codex",
  python: "Python",
  typescript: "TypeScript",
} as const;

/** Stands for a secret, which is never known here. */
const SOME_KEY = "sk-sluice-…";
const SOME_MODEL = "gpt-5-mini";

/** Props of `CallSnippets`: `label` names the set; `last`: a request to take the model and the wire format from. */
export type CallSnippetsProps = {
  label: string;
  publicUrl: string | null;
  last?: Pick<OwnRequestItem, "model" | "operation"> | null | undefined;
};

/** How to call the gateway from different tools, filled in as far as is known. */
export function CallSnippets({ label, publicUrl, last }: CallSnippetsProps) {
  const baseUrl = useBaseUrl(publicUrl);
  const values = { baseUrl, key: SOME_KEY, model: last?.model ?? SOME_MODEL };
  const tabs = SNIPPETS.map((id) => ({
    id,
    label: TOOLS[id],
    code: snippet(id, values, last?.operation === "message"),
  }));
  return <CodeTabs label={label} tabs={tabs} />;
}
