"use client";

import { type Messages, NextIntlClientProvider, useLocale, useMessages } from "next-intl";
import type { ReactNode } from "react";

/** Adds messages to those of the provider above. */
export function MessageLayer({ messages, children }: { messages: Partial<Messages>; children: ReactNode }) {
  const above = useMessages();
  return (
    <NextIntlClientProvider locale={useLocale()} messages={{ ...above, ...messages }}>
      {children}
    </NextIntlClientProvider>
  );
}
