"use client";

import { Toast as BaseToast } from "@base-ui/react/toast";
import { CircleCheck, X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { buttonVariants } from "./button";
import { cn } from "./cn";

/** Shows toasts of `useToast` at the lower end corner; once per page. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useTranslations("common");
  return (
    <BaseToast.Provider limit={3} timeout={6000}>
      {children}
      <BaseToast.Portal>
        <BaseToast.Viewport
          aria-label={t("notifications")}
          className="fixed end-4 bottom-4 z-60 flex w-[calc(100vw-2rem)] flex-col gap-2 outline-none sm:w-88"
        >
          <ToastList />
        </BaseToast.Viewport>
      </BaseToast.Portal>
    </BaseToast.Provider>
  );
}

/** Says that something worked, with an optional Undo. Failures are shown where they happened, never here. */
export function useToast(): (text: string, action?: { label: string; onClick: () => void }) => void {
  const { add } = BaseToast.useToastManager();
  return (text, action) => {
    add({
      title: text,
      ...(action === undefined ? {} : { actionProps: { children: action.label, onClick: action.onClick } }),
    });
  };
}

function ToastList() {
  const { toasts } = BaseToast.useToastManager();
  const t = useTranslations("common");
  return toasts.map((toast) => (
    <BaseToast.Root
      className="rounded-lg border border-border bg-popover text-sm text-popover-foreground shadow-dialog transition-[opacity,translate] duration-200 data-limited:hidden data-starting-style:translate-y-2 data-starting-style:opacity-0 data-ending-style:opacity-0 motion-reduce:transition-none"
      key={toast.id}
      toast={toast}
    >
      <BaseToast.Content className="flex items-center gap-2.5 py-2 ps-3.5 pe-2">
        <CircleCheck aria-hidden className="size-4 shrink-0 text-success" />
        <div className="grid min-w-0 flex-1">
          <BaseToast.Title className="font-medium" />
          <BaseToast.Description className="text-muted-foreground" />
        </div>
        <BaseToast.Action className={cn(buttonVariants({ variant: "outline", size: "sm" }), "empty:hidden")} />
        <BaseToast.Close aria-label={t("close")} className={buttonVariants({ variant: "ghost", size: "icon-sm" })}>
          <X aria-hidden />
        </BaseToast.Close>
      </BaseToast.Content>
    </BaseToast.Root>
  ));
}
