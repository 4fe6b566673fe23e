import type { ReactNode } from "react";

/** What stands where rows would: nothing yet, nothing left by the filters, or a feature that is off. */
export function EmptyState(props: { icon: ReactNode; title: ReactNode; text: ReactNode; actions?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-4 rounded-lg border border-dashed border-input-soft px-6 py-14 text-center">
      <div className="flex size-11 items-center justify-center rounded-xl border border-border bg-card text-muted-foreground shadow-xs [&_svg]:size-5">
        {props.icon}
      </div>
      <div className="grid max-w-md gap-1.5">
        <h2 className="text-base font-semibold tracking-tight">{props.title}</h2>
        <div className="text-sm text-pretty text-muted-foreground">{props.text}</div>
      </div>
      {props.actions === undefined ? null : <div className="flex flex-wrap justify-center gap-2">{props.actions}</div>}
    </div>
  );
}
