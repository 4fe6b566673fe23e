import type { ReactNode } from "react";
import { LanguageMenu } from "./language-menu";
import { Logo } from "./logo";
import { SkipLink } from "./skip-link";
import { ThemeMenu } from "./theme-menu";

/** The frame of pages without navigation: sign-in, setup, and documentation for the signed-out. `actions` stand beside the menus. */
export function PlainFrame({ children, name, actions }: { children: ReactNode; name: string; actions?: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink />
      <header className="flex h-14 shrink-0 items-center justify-between gap-2 px-4 md:px-6">
        <p className="flex min-w-0 items-center gap-2.5 text-base font-semibold tracking-tight">
          <Logo className="size-7 shrink-0" />
          <span className="truncate" data-user-text dir="auto">
            {name}
          </span>
        </p>
        <div className="flex items-center gap-1">
          <ThemeMenu />
          <LanguageMenu />
          {actions}
        </div>
      </header>
      <main className="flex min-w-0 flex-1 flex-col outline-none" id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
