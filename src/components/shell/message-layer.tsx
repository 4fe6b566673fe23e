"use client";

import { type Messages, NextIntlClientProvider, useLocale, useMessages, useTimeZone } from "next-intl";
import type { ReactNode } from "react";

/** Adds messages to those of the provider above, and sets the time zone that instants below are shown in. */
export function MessageLayer(props: { messages?: Partial<Messages>; timeZone?: string; children: ReactNode }) {
  const above = useMessages();
  const zoneAbove = useTimeZone();
  const timeZone = props.timeZone ?? zoneAbove;
  return (
    <NextIntlClientProvider
      locale={useLocale()}
      messages={{ ...above, ...props.messages }}
      {...(timeZone === undefined ? {} : { timeZone })}
    >
      {props.children}
    </NextIntlClientProvider>
  );
}
