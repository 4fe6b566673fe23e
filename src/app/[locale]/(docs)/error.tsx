"use client";

import { ErrorPage } from "@/features/shell/components/error-page";

export default function DocsError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return <ErrorPage digest={error.digest} retry={reset} />;
}
