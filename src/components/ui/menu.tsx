"use client";

import { Menu as BaseMenu } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";
import type { Plain } from "./plain";
import { itemClass, popupClass } from "./popup-class";

/** Holds the open state of a menu. */
export const Menu = BaseMenu.Root;
/** Opens its menu; `render={<Button />}` gives it the look. */
export const MenuTrigger = BaseMenu.Trigger;
/** A set of choices of which one is on: `value`, `onValueChange`. */
export const MenuRadioGroup = BaseMenu.RadioGroup;
/** Items that belong together, with a `MenuLabel`. */
export const MenuGroup = BaseMenu.Group;

/** The panel of a menu. */
export function MenuContent(props: {
  children: ReactNode;
  align?: BaseMenu.Positioner.Props["align"];
  side?: BaseMenu.Positioner.Props["side"];
  className?: string | undefined;
}) {
  return (
    <BaseMenu.Portal>
      <BaseMenu.Positioner
        align={props.align ?? "end"}
        className="z-50 outline-none"
        side={props.side ?? "bottom"}
        sideOffset={6}
      >
        <BaseMenu.Popup
          className={cn(popupClass, "max-h-(--available-height) min-w-44 overflow-y-auto p-1", props.className)}
        >
          {props.children}
        </BaseMenu.Popup>
      </BaseMenu.Positioner>
    </BaseMenu.Portal>
  );
}

/** One action of a menu. */
export function MenuItem({ className, tone, ...props }: Plain<BaseMenu.Item.Props> & { tone?: "default" | "danger" }) {
  return <BaseMenu.Item className={cn(itemClass, tone === "danger" && "text-danger", className)} {...props} />;
}

/** One link of a menu: `render={<Link href="…" />}`. */
export function MenuLinkItem({ className, ...props }: Plain<BaseMenu.LinkItem.Props>) {
  return <BaseMenu.LinkItem className={cn(itemClass, className)} closeOnClick {...props} />;
}

/** One choice of a `MenuRadioGroup`, with a tick when on. */
export function MenuRadioItem({ className, children, ...props }: Plain<BaseMenu.RadioItem.Props>) {
  return (
    <BaseMenu.RadioItem className={cn(itemClass, "grid grid-cols-[1fr_1rem] gap-4", className)} closeOnClick {...props}>
      <span className="flex min-w-0 items-center gap-2">{children}</span>
      <BaseMenu.RadioItemIndicator className="col-start-2">
        <Check aria-hidden className="size-4" />
      </BaseMenu.RadioItemIndicator>
    </BaseMenu.RadioItem>
  );
}

/** The name of a `MenuGroup`. */
export function MenuLabel({ className, ...props }: Plain<BaseMenu.GroupLabel.Props>) {
  return <BaseMenu.GroupLabel className={cn("px-2 py-1.5 text-xs text-muted-foreground", className)} {...props} />;
}

/** A line between items. */
export function MenuSeparator() {
  return <BaseMenu.Separator className="-mx-1 my-1 h-px bg-border" />;
}
