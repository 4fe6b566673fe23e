"use client";

import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";
import type { Plain } from "./plain";
import { backdropClass } from "./popup-class";
import { PopupClose } from "./popup-close";

/** Holds the open state of a sheet: `open`, `onOpenChange`. */
export const Sheet = BaseDialog.Root;
/** Opens its sheet. */
export const SheetTrigger = BaseDialog.Trigger;
/** A panel along one edge of the window, full height, with its close button. */
export function SheetContent(props: {
  children: ReactNode;
  /** `end` for details, `start` for navigation. */
  side?: "start" | "end" | undefined;
  className?: string | undefined;
  initialFocus?: BaseDialog.Popup.Props["initialFocus"];
  finalFocus?: BaseDialog.Popup.Props["finalFocus"];
}) {
  const side = props.side ?? "end";
  return (
    <BaseDialog.Portal>
      <BaseDialog.Backdrop className={backdropClass} />
      <BaseDialog.Popup
        className={cn(
          "fixed inset-y-0 z-50 flex w-full flex-col overflow-hidden border-border bg-popover text-popover-foreground shadow-dialog outline-none transition-[opacity,translate] duration-200 ease-out data-ending-style:opacity-0 data-starting-style:opacity-0 motion-reduce:transition-none",
          side === "end"
            ? "end-0 border-s sm:max-w-xl ltr:data-starting-style:translate-x-6 rtl:data-starting-style:-translate-x-6"
            : "start-0 max-w-72 border-e ltr:data-starting-style:-translate-x-6 rtl:data-starting-style:translate-x-6",
          props.className,
        )}
        finalFocus={props.finalFocus}
        initialFocus={props.initialFocus}
      >
        {props.children}
        <PopupClose />
      </BaseDialog.Popup>
    </BaseDialog.Portal>
  );
}

/** The fixed head of a sheet. */
export function SheetHeader({ className, ...props }: ComponentProps<"div">) {
  return <div className={cn("grid shrink-0 gap-1 border-b border-border py-4 ps-5 pe-14", className)} {...props} />;
}

/** One sentence below the title. */
export function SheetDescription({ className, ...props }: Plain<BaseDialog.Description.Props>) {
  return <BaseDialog.Description className={cn("text-sm text-muted-foreground", className)} {...props} />;
}

/** The scrolling body of a sheet. */
export function SheetBody({ className, ...props }: ComponentProps<"div">) {
  return <div className={cn("min-h-0 flex-1 overflow-y-auto px-5 py-4", className)} {...props} />;
}
