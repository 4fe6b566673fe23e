"use client";

import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, useState } from "react";
import { ToastProvider } from "@/components/ui/toast";
import { TooltipProvider } from "@/components/ui/tooltip";

/** What every page stands on: theme, server state, URL state, tooltips, toasts. Inside the messages' provider. */
export function Providers({ children, nonce }: { children: ReactNode; nonce: string | undefined }) {
  const [queryClient] = useState(
    () => new QueryClient({ defaultOptions: { queries: { staleTime: 30_000, retry: 1 } } }),
  );
  return (
    <ThemeProvider
      attribute="data-theme"
      defaultTheme="system"
      enableColorScheme={false} // globals.css sets it with the colours
      enableSystem
      {...(nonce === undefined ? {} : { nonce })}
    >
      <CSPProvider nonce={nonce}>
        <NuqsAdapter>
          <QueryClientProvider client={queryClient}>
            <TooltipProvider delay={300}>
              <ToastProvider>{children}</ToastProvider>
            </TooltipProvider>
          </QueryClientProvider>
        </NuqsAdapter>
      </CSPProvider>
    </ThemeProvider>
  );
}
