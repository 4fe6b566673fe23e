"use client";

import { type ReactNode, useEffect, useRef } from "react";
import { Card } from "@/components/ui/card";

/** One step of the wizard: its heading takes the focus when the step changes, so that the change is heard. */
export function StepCard(props: { title: ReactNode; text: ReactNode; children: ReactNode; takesFocus: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { takesFocus } = props;
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [takesFocus]);
  return (
    <Card className="min-w-0 p-5 sm:p-7">
      <div className="grid gap-1.5 pb-6">
        <h2 className="text-lg leading-7 font-semibold tracking-tight outline-none" ref={heading} tabIndex={-1}>
          {props.title}
        </h2>
        <p className="max-w-prose text-sm text-pretty text-muted-foreground">{props.text}</p>
      </div>
      {props.children}
    </Card>
  );
}
