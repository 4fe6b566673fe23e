"use client";

import { AlertDialog as BaseAlertDialog } from "@base-ui/react/alert-dialog";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "./button";
import { backdropClass } from "./popup-class";

/** Asks before something that hurts: states the consequence, offers Cancel first. Stays open while `pending`. */
export function AlertDialog(props: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** The consequence, in numbers where there are any. */
  description: ReactNode;
  /** The verb of the button that acts. */
  confirm: ReactNode;
  onConfirm: () => void;
  pending?: boolean | undefined;
  tone?: "destructive" | "default" | undefined;
  /** More below the description, such as an error. */
  children?: ReactNode;
}) {
  const t = useTranslations("common");
  return (
    <BaseAlertDialog.Root onOpenChange={(open) => props.onOpenChange(open)} open={props.open}>
      <BaseAlertDialog.Portal>
        <BaseAlertDialog.Backdrop className={backdropClass} />
        <BaseAlertDialog.Viewport className="fixed inset-0 z-50 grid place-items-end overflow-y-auto sm:place-items-center sm:p-6">
          <BaseAlertDialog.Popup className="grid w-full gap-5 rounded-t-xl border border-border bg-popover p-5 text-popover-foreground shadow-dialog outline-none transition-opacity duration-150 data-starting-style:opacity-0 data-ending-style:opacity-0 motion-reduce:transition-none sm:max-w-md sm:rounded-xl">
            <div className="grid gap-1.5">
              <BaseAlertDialog.Title className="text-lg leading-6 font-semibold tracking-tight">
                {props.title}
              </BaseAlertDialog.Title>
              <BaseAlertDialog.Description className="text-sm text-pretty text-muted-foreground">
                {props.description}
              </BaseAlertDialog.Description>
            </div>
            {props.children}
            <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
              <BaseAlertDialog.Close render={<Button variant="outline" />}>{t("cancel")}</BaseAlertDialog.Close>
              <Button
                onClick={props.onConfirm}
                pending={props.pending}
                variant={props.tone === "default" ? "default" : "destructive"}
              >
                {props.confirm}
              </Button>
            </div>
          </BaseAlertDialog.Popup>
        </BaseAlertDialog.Viewport>
      </BaseAlertDialog.Portal>
    </BaseAlertDialog.Root>
  );
}
