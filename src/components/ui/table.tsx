import type { ComponentProps } from "react";
import { cn } from "./cn";

/** A dense table of 14 px rows inside a frame that scrolls sideways. Numbers: `className="text-end tabular-nums"`. */
export function Table({ className, frameClassName, ...props }: ComponentProps<"table"> & { frameClassName?: string }) {
  return (
    <div className={cn("relative w-full overflow-x-auto rounded-lg border border-border bg-card", frameClassName)}>
      <table className={cn("w-full border-collapse text-sm tabular-nums", className)} {...props} />
    </div>
  );
}

/** The head rows. */
export function TableHeader({ className, ...props }: ComponentProps<"thead">) {
  return <thead className={cn("bg-muted/60", className)} {...props} />;
}

/** The body rows. */
export function TableBody({ className, ...props }: ComponentProps<"tbody">) {
  return <tbody className={cn("[&_tr:last-child]:border-b-0", className)} {...props} />;
}

/** One row; `data-selected` marks it, `data-clickable` gives it a hover. */
export function TableRow({ className, ...props }: ComponentProps<"tr">) {
  return (
    <tr
      className={cn(
        "border-b border-border data-clickable:cursor-default data-clickable:hover:bg-accent/60 data-selected:bg-primary-subtle",
        className,
      )}
      {...props}
    />
  );
}

/** A column's name. */
export function TableHead({ className, ...props }: ComponentProps<"th">) {
  return (
    <th
      className={cn("h-9 px-3 text-start text-xs font-medium whitespace-nowrap text-muted-foreground", className)}
      {...props}
    />
  );
}

/** One cell. */
export function TableCell({ className, ...props }: ComponentProps<"td">) {
  return <td className={cn("h-11 px-3 py-1.5 align-middle", className)} {...props} />;
}

/** What the table shows, for screen readers. */
export function TableCaption({ className, ...props }: ComponentProps<"caption">) {
  return <caption className={cn("sr-only", className)} {...props} />;
}
