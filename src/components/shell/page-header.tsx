import type { ReactNode } from "react";

/** The head of a page: its one h1, a sentence, and its actions at the end. */
export function PageHeader(props: {
  title: ReactNode;
  description?: ReactNode | undefined;
  actions?: ReactNode | undefined;
  /** A chip beside the title, such as a state. */
  badge?: ReactNode | undefined;
}) {
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="grid min-w-0 gap-1">
        <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-xl leading-7 font-semibold tracking-tight text-balance">{props.title}</h1>
          {props.badge}
        </div>
        {props.description === undefined ? null : (
          <p className="max-w-prose text-sm text-pretty text-muted-foreground">{props.description}</p>
        )}
      </div>
      {props.actions === undefined ? null : <div className="flex flex-wrap items-center gap-2">{props.actions}</div>}
    </div>
  );
}
