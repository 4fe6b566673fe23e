import { cn } from "@/components/ui/cn";
import type { Method } from "./read-document";

const TONES: Readonly<Record<Method, string>> = {
  GET: "border-info-line bg-info-subtle text-info",
  POST: "border-success-line bg-success-subtle text-success",
  PUT: "border-warning-line bg-warning-subtle text-warning",
  PATCH: "border-warning-line bg-warning-subtle text-warning",
  DELETE: "border-danger-line bg-danger-subtle text-danger",
};

/** The method of an operation; all are equally wide, so that paths stand below each other. `small` for lists. */
export function MethodBadge({ method, small = false }: { method: Method; small?: boolean }) {
  return (
    <span
      className={cn(
        "inline-flex shrink-0 items-center justify-center rounded-xs border font-mono font-semibold tracking-tight",
        small ? "h-4.5 w-12 text-[0.625rem]" : "h-6 w-16 text-xs",
        TONES[method],
      )}
      data-user-text
      dir="ltr"
    >
      {method}
    </span>
  );
}
