"use client";

import { Collapsible } from "@base-ui/react/collapsible";
import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "./card";

/** Props of `Disclosure`. */
export type DisclosureProps = {
  title: ReactNode;
  /** One sentence below the title, open or not. */
  text: ReactNode;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  children: ReactNode;
};

/** A card that shows its body when asked to; what is hidden stays there, so that fields keep what they hold. */
export function Disclosure({ title, text, isOpen, onOpenChange, children }: DisclosureProps) {
  return (
    <Collapsible.Root onOpenChange={(open) => onOpenChange(open)} open={isOpen} render={<Card />}>
      <CardHeader className="grid grid-cols-1 gap-1 pb-4 has-data-panel-open:pb-1">
        <CardTitle>
          <Collapsible.Trigger className="group -mx-2 flex w-[calc(100%+1rem)] cursor-default items-center gap-2 rounded-md px-2 py-0.5 text-start outline-none hover:bg-accent/60 focus-visible:ring-2 focus-visible:ring-ring">
            {title}
            <ChevronRight
              aria-hidden
              className="ms-auto size-4 text-muted-foreground transition-transform group-data-panel-open:rotate-90 motion-reduce:transition-none rtl:-scale-x-100"
            />
          </Collapsible.Trigger>
        </CardTitle>
        <CardDescription>{text}</CardDescription>
      </CardHeader>
      <Collapsible.Panel keepMounted>
        <CardContent className="grid gap-5">{children}</CardContent>
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}
