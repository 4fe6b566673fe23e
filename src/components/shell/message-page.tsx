import type { ReactNode } from "react";

/** A page that says one thing: not found, forbidden, failed. */
export function MessagePage(props: { icon: ReactNode; title: ReactNode; text: ReactNode; actions?: ReactNode }) {
  return (
    <div className="mx-auto flex w-full max-w-md flex-1 flex-col items-center justify-center gap-5 px-6 py-16 text-center">
      <div className="flex size-12 items-center justify-center rounded-xl border border-border bg-card text-muted-foreground [&_svg]:size-5.5 [&_svg]:stroke-[1.75]">
        {props.icon}
      </div>
      <div className="grid gap-2">
        <h1 className="text-lg leading-7 font-semibold tracking-tight">{props.title}</h1>
        <p className="text-sm text-pretty text-muted-foreground">{props.text}</p>
      </div>
      {props.actions === undefined ? null : <div className="flex flex-wrap justify-center gap-2">{props.actions}</div>}
    </div>
  );
}
