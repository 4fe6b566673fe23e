"use client";

import { Tabs as BaseTabs } from "@base-ui/react/tabs";
import { cn } from "./cn";
import type { Plain } from "./plain";

/** Holds which tab is shown: `value`, `onValueChange` or `defaultValue`. */
export function Tabs({ className, ...props }: Plain<BaseTabs.Root.Props>) {
  return <BaseTabs.Root className={cn("grid min-w-0 gap-4", className)} {...props} />;
}

/** The row of tabs; scrolls sideways when there is no room. */
export function TabsList({ className, children, ...props }: Plain<BaseTabs.List.Props>) {
  return (
    <BaseTabs.List
      className={cn("relative flex gap-1 overflow-x-auto border-b border-border no-scrollbar", className)}
      {...props}
    >
      {children}
      <BaseTabs.Indicator className="absolute start-0 bottom-0 h-0.5 w-(--active-tab-width) rounded-full bg-primary transition-[translate,width] duration-150 ltr:translate-x-(--active-tab-left) rtl:-translate-x-(--active-tab-right) motion-reduce:transition-none" />
    </BaseTabs.List>
  );
}

/** One tab. */
export function TabsTab({ className, ...props }: Plain<BaseTabs.Tab.Props>) {
  return (
    <BaseTabs.Tab
      className={cn(
        "flex h-9 shrink-0 cursor-default items-center gap-2 rounded-t-sm px-3 text-sm font-medium whitespace-nowrap text-muted-foreground outline-none select-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset data-active:text-foreground data-disabled:opacity-50",
        className,
      )}
      {...props}
    />
  );
}

/** What a tab shows. */
export function TabsPanel({ className, ...props }: Plain<BaseTabs.Panel.Props>) {
  return (
    <BaseTabs.Panel
      className={cn(
        "min-w-0 rounded-sm outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-offset-4 focus-visible:ring-offset-background",
        className,
      )}
      {...props}
    />
  );
}
