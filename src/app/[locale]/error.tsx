"use client";

import { ErrorPage } from "@/features/shell/components/error-page";

export default function LocaleError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="flex min-h-dvh flex-col" id="main">
      <ErrorPage digest={error.digest} retry={reset} />
    </main>
  );
}
