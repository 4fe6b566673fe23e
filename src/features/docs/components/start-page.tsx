import { Download } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { BaseAddress } from "./base-address";
import { JsonBlock } from "./json-block";
import { OperationTable } from "./operation-table";
import type { Docs } from "./read-document";
import { RequestTabs } from "./request-tabs";

const RULES = ["lists", "versions", "once", "rates", "writes", "units"] as const;

const SOME_PROBLEM = {
  type: "urn:sluice:error:validation_failed",
  title: "validation_failed",
  status: 422,
  code: "validation_failed",
  params: {},
  requestId: "req_019ad5c2f0c97c3e8a8f5d1f2b3c4d5e",
  fields: [{ path: "name", code: "required" }],
};

/** Words of a message that are code. */
const code = (chunks: ReactNode) => (
  <code className="rounded-xs bg-muted px-1 py-px font-mono text-[0.92em] text-foreground wrap-anywhere" data-user-text>
    {chunks}
  </code>
);

/** What holds for the whole API: where it is, who may call it, how it refuses, pages and counts; then every operation. */
export function StartPage({ docs, publicUrl }: { docs: Docs; publicUrl: string | null }) {
  const t = useTranslations("docs");
  return (
    <div className="grid min-w-0 grid-cols-1 gap-5">
      <PageHeader
        actions={
          <Button
            nativeButton={false}
            render={<a download="sluice-openapi.json" href="/api/openapi.json" />}
            variant="outline"
          >
            <Download aria-hidden />
            {t("start.download")}
          </Button>
        }
        description={t("lead")}
        title={t("title")}
      />
      <Section title={t("start.baseTitle")}>
        <BaseAddress path={docs.basePath} publicUrl={publicUrl} />
        <p className="text-sm text-muted-foreground">{t("start.baseText")}</p>
        <p className="text-xs text-muted-foreground">{t("start.version", { version: docs.version })}</p>
      </Section>
      <Section title={t("start.authTitle")}>
        <Text>{t.rich("start.authToken", { code })}</Text>
        <RequestTabs
          call={{ method: "GET", url: `${docs.basePath}/viewer`, body: undefined, needsToken: true }}
          publicUrl={publicUrl}
        />
        <Text>{t.rich("start.authSession", { code })}</Text>
        <Text>{t.rich("start.authKey", { code })}</Text>
      </Section>
      <Section title={t("start.errorsTitle")}>
        <Text>{t.rich("start.errorsText", { code })}</Text>
        <div className="overflow-hidden rounded-lg border border-border bg-code">
          <JsonBlock isJson text={JSON.stringify(SOME_PROBLEM, null, 2)} />
        </div>
      </Section>
      <Card className="grid gap-x-8 gap-y-5 px-5 py-4 md:grid-cols-2">
        {RULES.map((rule) => (
          <div className="grid content-start gap-1" key={rule}>
            <h2 className="text-sm font-semibold tracking-tight">{t(`start.${rule}Title`)}</h2>
            <Text>{t.rich(`start.${rule}Text`, { code })}</Text>
          </div>
        ))}
      </Card>
      <OperationTable nouns={docs.nouns} />
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
      </CardHeader>
      <CardContent className="grid min-w-0 grid-cols-1 gap-3">{children}</CardContent>
    </Card>
  );
}

function Text({ children }: { children: ReactNode }) {
  return <p className="max-w-prose text-sm leading-6 text-pretty text-muted-foreground">{children}</p>;
}
