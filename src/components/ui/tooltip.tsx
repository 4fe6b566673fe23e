"use client";

import { Tooltip as BaseTooltip } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";

/** Shares the opening delay of the tooltips below it; once per page. */
export const TooltipProvider = BaseTooltip.Provider;

/** A short text for what is under the pointer or focused. `children` is the one trigger element and keeps its own name. */
export function Tooltip(props: {
  content: ReactNode;
  children: ReactElement<Record<string, unknown>>;
  side?: BaseTooltip.Positioner.Props["side"];
}) {
  return (
    <BaseTooltip.Root>
      <BaseTooltip.Trigger render={props.children} />
      <BaseTooltip.Portal>
        <BaseTooltip.Positioner className="z-50" side={props.side ?? "top"} sideOffset={6}>
          <BaseTooltip.Popup className="max-w-72 origin-(--transform-origin) rounded-md bg-tooltip px-2.5 py-1.5 text-sm text-pretty text-tooltip-foreground shadow-popover transition-opacity duration-100 data-starting-style:opacity-0 data-ending-style:opacity-0 motion-reduce:transition-none">
            {props.content}
          </BaseTooltip.Popup>
        </BaseTooltip.Positioner>
      </BaseTooltip.Portal>
    </BaseTooltip.Root>
  );
}
