import { LockOpen } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { refOf } from "./describe-schema";
import { EnglishText } from "./english-text";
import { Fold } from "./fold";
import { JsonBlock } from "./json-block";
import { MethodBadge } from "./method-badge";
import type { OpenApiSchema } from "./openapi-document";
import { OperationPath } from "./operation-path";
import { type DocsBody, type DocsOperation, mayChange } from "./read-document";
import { RefusalList } from "./refusal-list";
import { exampleCall } from "./request-snippet";
import { RequestTabs } from "./request-tabs";
import { SchemaLine, SchemaTree, TypeName } from "./schema-tree";
import { TryIt } from "./try-it";

/** Props of `OperationSection`: `schemas` are those that the document names. */
export type OperationSectionProps = {
  operation: DocsOperation;
  schemas: Readonly<Record<string, OpenApiSchema>>;
  publicUrl: string | null;
};

/** All that is told of one operation: what it takes, how to call it, what it answers, and a way to try it. */
export function OperationSection({ operation, schemas, publicUrl }: OperationSectionProps) {
  const { id, body, reply, parameters } = operation;
  const t = useTranslations("docs.operation");
  return (
    <section
      aria-labelledby={`${id}-title`}
      className="grid min-w-0 scroll-mt-20 gap-4 rounded-xl border border-border bg-card p-4 sm:p-5"
      id={id}
    >
      <Head operation={operation} />
      <div className="grid min-w-0 grid-cols-1 gap-x-8 gap-y-5 2xl:grid-cols-2">
        <div className="grid min-w-0 content-start gap-5">
          {parameters.length === 0 ? null : (
            <Part title={t("parameters")}>
              <ul className="grid">
                {parameters.map((parameter) => (
                  <li
                    className="grid gap-1.5 border-b border-border py-2.5 first:pt-1 last:border-b-0 last:pb-1"
                    key={`${parameter.in} ${parameter.name}`}
                  >
                    <SchemaLine
                      description={parameter.description}
                      isRequired={parameter.isRequired}
                      name={parameter.name}
                      place={t(`in.${parameter.in}`)}
                      schema={parameter.schema}
                    />
                  </li>
                ))}
              </ul>
            </Part>
          )}
          {body === null ? null : (
            <Part title={t("body")}>
              <SchemaTree schema={spelt(body.schema, schemas)} />
            </Part>
          )}
          <Reply operation={operation} reply={reply} />
          <RefusalList refusals={operation.refusals} />
        </div>
        <div className="grid min-w-0 content-start gap-5">
          <Part title={t("request")}>
            <RequestTabs call={exampleCall(operation, "")} publicUrl={publicUrl} />
          </Part>
          {reply?.example === undefined ? null : (
            <Fold label={t("exampleReply")}>
              <JsonBlock className="px-0.5 py-2" isJson text={JSON.stringify(reply.example, null, 2)} />
            </Fold>
          )}
          <TryIt
            operation={{
              ...{ id, method: operation.method, path: operation.path, isOpen: operation.isOpen },
              isStream: operation.isStream,
              asksFirst: mayChange(operation),
              parameters: parameters.map((each) => ({
                ...{ name: each.name, in: each.in, isRequired: each.isRequired, example: each.example },
                choices: choicesOf(each.schema),
              })),
              body: body === null ? null : JSON.stringify(body.example ?? {}, null, 2),
            }}
          />
        </div>
      </div>
    </section>
  );
}

function Head({ operation }: { operation: DocsOperation }) {
  const t = useTranslations("docs.operation");
  const { id, method, path, permission, isOpen } = operation;
  return (
    <div className="grid gap-2.5">
      <h2 className="text-base leading-6 font-semibold tracking-tight" id={`${id}-title`}>
        <EnglishText>{operation.summary}</EnglishText>
      </h2>
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-2">
        <MethodBadge method={method} />
        <OperationPath method={method} path={path} />
      </div>
      <p className="flex flex-wrap items-center gap-2 text-xs text-muted-foreground">
        <code className="font-mono wrap-anywhere" data-user-text dir="ltr">
          {id}
        </code>
        {isOpen || permission === null ? (
          <Badge>
            <LockOpen aria-hidden />
            {t("open")}
          </Badge>
        ) : (
          <span>
            {t.rich("permission", {
              permission: () => (
                <code className="font-mono text-foreground" data-user-text dir="ltr">
                  {permission}
                </code>
              ),
            })}
          </span>
        )}
      </p>
    </div>
  );
}

function Reply({ operation, reply }: { operation: DocsOperation; reply: DocsBody | null }) {
  const t = useTranslations("docs.operation");
  return (
    <Part title={t("reply")}>
      <p className="flex flex-wrap items-baseline gap-x-2.5 gap-y-1 text-sm">
        <span className="font-mono text-xs font-semibold text-success" data-user-text>
          {operation.replyStatus}
        </span>
        {reply === null ? (
          <span className="text-muted-foreground">{t("noReply")}</span>
        ) : (
          <TypeName schema={reply.schema} />
        )}
        {operation.isStream ? <span className="text-muted-foreground">{t("alsoStream")}</span> : null}
      </p>
      {reply === null || refOf(reply.schema) !== null ? null : (
        <Fold label={t("replyFields")}>
          <SchemaTree schema={reply.schema} />
        </Fold>
      )}
    </Part>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid min-w-0 gap-2">
      <h3 className="text-sm font-semibold tracking-tight">{title}</h3>
      {children}
    </div>
  );
}

/** A body that is a reference is spelt out where it is taken. */
function spelt(schema: OpenApiSchema, schemas: Readonly<Record<string, OpenApiSchema>>): OpenApiSchema {
  const ref = refOf(schema);
  return ref === null ? schema : (schemas[ref] ?? schema);
}

/** The values that a parameter may have, as they are typed; empty when it is free. */
function choicesOf(schema: OpenApiSchema): readonly string[] {
  if (schema.type === "boolean") return ["true", "false"];
  return schema.type === "string" ? (schema.enum ?? []).filter((value) => typeof value === "string") : [];
}
