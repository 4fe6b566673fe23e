import type { ComponentProps } from "react";
import { cn } from "./cn";

/** A grey block in the place and size of what is loading. */
export function Skeleton({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      aria-hidden
      className={cn("h-4 animate-pulse rounded-sm bg-skeleton motion-reduce:animate-none", className)}
      {...props}
    />
  );
}
