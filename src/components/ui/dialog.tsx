"use client";

import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";
import type { Plain } from "./plain";
import { backdropClass } from "./popup-class";
import { PopupClose } from "./popup-close";

/** Holds the open state of a dialog: `open`, `onOpenChange`. */
export const Dialog = BaseDialog.Root;
/** Closes its dialog; `render={<Button variant="outline" />}` gives it the look. */
export const DialogClose = BaseDialog.Close;

/** The round-cornered panel of a dialog with its close button; scrolls when it is taller than the window. */
export function DialogContent(props: {
  children: ReactNode;
  /** `wide` for forms of two columns. */
  width?: "default" | "wide" | undefined;
  className?: string | undefined;
  /** What gets focus first, when not the first control. */
  initialFocus?: BaseDialog.Popup.Props["initialFocus"];
}) {
  return (
    <BaseDialog.Portal>
      <BaseDialog.Backdrop className={backdropClass} />
      <BaseDialog.Viewport className="fixed inset-0 z-50 grid place-items-end overflow-y-auto sm:place-items-center sm:p-6">
        <BaseDialog.Popup
          className={cn(
            "relative grid w-full gap-5 rounded-t-xl border border-border bg-popover p-5 text-popover-foreground shadow-dialog outline-none transition-[opacity,translate,scale] duration-150 data-starting-style:translate-y-2 data-starting-style:opacity-0 data-ending-style:opacity-0 motion-reduce:transition-none sm:rounded-xl",
            props.width === "wide" ? "sm:max-w-2xl" : "sm:max-w-md",
            props.className,
          )}
          initialFocus={props.initialFocus}
        >
          {props.children}
          <PopupClose />
        </BaseDialog.Popup>
      </BaseDialog.Viewport>
    </BaseDialog.Portal>
  );
}

/** Title and description of a dialog. */
export function DialogHeader({ className, ...props }: ComponentProps<"div">) {
  return <div className={cn("grid gap-1.5 pe-8", className)} {...props} />;
}

/** The name of a dialog or sheet; always present. */
export function DialogTitle({ className, ...props }: Plain<BaseDialog.Title.Props>) {
  return <BaseDialog.Title className={cn("text-lg leading-6 font-semibold tracking-tight", className)} {...props} />;
}

/** One or two sentences below the title. */
export function DialogDescription({ className, ...props }: Plain<BaseDialog.Description.Props>) {
  return <BaseDialog.Description className={cn("text-sm text-pretty text-muted-foreground", className)} {...props} />;
}

/** The buttons of a dialog; the one that acts comes last. */
export function DialogFooter({ className, ...props }: ComponentProps<"div">) {
  return <div className={cn("flex flex-col-reverse gap-2 sm:flex-row sm:justify-end", className)} {...props} />;
}
