"use client";

import { useTranslations } from "next-intl";
import { EnglishText } from "./english-text";
import { ErrorSentence } from "./error-sentence";
import { Fold } from "./fold";
import type { DocsRefusals } from "./read-document";

/** The refusals that an operation may answer with: status, code, and what it says to people. On the client the words are there already; the page carries the codes alone. */
export function RefusalList({ refusals }: { refusals: readonly DocsRefusals[] }) {
  const t = useTranslations("docs.operation");
  if (refusals.length === 0) return null;
  const count = refusals.reduce((sum, { codes }) => sum + Math.max(1, codes.length), 0);
  return (
    <Fold label={t("errors", { count })}>
      <dl className="grid text-sm">
        {refusals.map(({ status, codes, description }) => (
          <div
            className="grid gap-x-3 gap-y-1.5 border-b border-border py-2.5 last:border-b-0 sm:grid-cols-[2.5rem_1fr]"
            key={status}
          >
            <dt className="font-mono text-xs leading-5 font-semibold text-danger" data-user-text>
              {status}
            </dt>
            {codes.length === 0 ? (
              <dd className="text-muted-foreground">
                <EnglishText>{description}</EnglishText>
              </dd>
            ) : (
              <dd className="grid gap-1.5">
                {codes.map((code) => (
                  <span className="grid gap-x-3 md:grid-cols-[minmax(10rem,auto)_1fr]" key={code}>
                    <code className="font-mono text-xs leading-5 wrap-anywhere" data-user-text dir="ltr">
                      {code}
                    </code>
                    <span className="text-muted-foreground">
                      <ErrorSentence code={code} />
                    </span>
                  </span>
                ))}
              </dd>
            )}
          </div>
        ))}
      </dl>
    </Fold>
  );
}
