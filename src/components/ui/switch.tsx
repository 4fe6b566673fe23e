"use client";

import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { cn } from "./cn";
import type { Plain } from "./plain";

/** An on-off switch that acts at once. */
export function Switch({ className, ...props }: Plain<BaseSwitch.Root.Props>) {
  return (
    <BaseSwitch.Root
      className={cn(
        "relative inline-flex h-5 w-9 shrink-0 items-center rounded-full bg-input p-0.5 outline-none transition-colors duration-150 after:absolute after:-inset-x-0.5 after:-inset-y-1 hover:bg-input-hover focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-offset-2 focus-visible:ring-offset-background data-checked:bg-primary data-disabled:opacity-50",
        className,
      )}
      {...props}
    >
      <BaseSwitch.Thumb className="size-4 rounded-full bg-thumb shadow-xs transition-[margin] duration-150 data-checked:ms-4 motion-reduce:transition-none" />
    </BaseSwitch.Root>
  );
}
