"use client";

import en from "../../messages/en/common.json";
import ja from "../../messages/ja/common.json";
import ru from "../../messages/ru/common.json";
import zhCN from "../../messages/zh-CN/common.json";
import zhTW from "../../messages/zh-TW/common.json";
import "./globals.css";

const WORDS = { en, ja, ru, "zh-CN": zhCN, "zh-TW": zhTW };

const isLocale = (name: string): name is keyof typeof WORDS => name in WORDS;

/** The last resort, when the document's own layout failed: no provider stands, so the words are read from the files. */
export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const first = typeof window === "undefined" ? "" : (window.location.pathname.split("/")[1] ?? "");
  const locale = isLocale(first) ? first : "en";
  const words = WORDS[locale];
  return (
    <html lang={locale}>
      <body>
        <title>{words.errorTitle}</title>
        <main className="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center gap-4 px-6 text-center">
          <h1 className="text-lg font-semibold tracking-tight">{words.errorTitle}</h1>
          <p className="text-sm text-muted-foreground">{words.errorText}</p>
          {error.digest === undefined ? null : (
            <p className="font-mono text-xs text-muted-foreground">{error.digest}</p>
          )}
          <button
            className="h-9 rounded-md border border-input-soft bg-card px-3.5 text-sm font-medium hover:bg-accent focus-visible:ring-2 focus-visible:ring-ring"
            onClick={reset}
            type="button"
          >
            {words.retry}
          </button>
        </main>
      </body>
    </html>
  );
}
