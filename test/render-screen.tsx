import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render } from "@testing-library/react";
import { type Messages, NextIntlClientProvider } from "next-intl";
import { NuqsTestingAdapter, type OnUrlUpdateFunction } from "nuqs/adapters/testing";
import type { ReactElement } from "react";
import { afterEach } from "vitest";
import { formats } from "@/i18n/formats";
import type { Locale } from "@/i18n/routing";
import { messageTree } from "./message-catalogue";

afterEach(cleanup);

/** Renders a component as a page would: words of a locale, UTC, a fixed now, an empty query cache, a URL that tests can read. */
export function renderScreen(
  screen: ReactElement,
  options: { locale?: Locale; now?: Date; searchParams?: string; onUrlUpdate?: OnUrlUpdateFunction } = {},
) {
  const { locale = "en", now = new Date("2026-01-01T12:00:00Z"), searchParams = "", onUrlUpdate } = options;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false }, mutations: { retry: false } } });
  return render(
    <NextIntlClientProvider
      formats={formats}
      locale={locale}
      messages={messageTree(locale) as unknown as Messages}
      now={now}
      timeZone="UTC"
    >
      <NuqsTestingAdapter hasMemory searchParams={searchParams} {...(onUrlUpdate === undefined ? {} : { onUrlUpdate })}>
        <QueryClientProvider client={client}>{screen}</QueryClientProvider>
      </NuqsTestingAdapter>
    </NextIntlClientProvider>,
  );
}
