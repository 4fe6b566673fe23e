import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "./cn";

const badgeVariants = cva(
  "inline-flex h-6 max-w-full shrink-0 items-center gap-1.5 rounded-full border px-2 text-xs font-medium whitespace-nowrap [&_svg]:size-3.5 [&_svg]:shrink-0",
  {
    variants: {
      tone: {
        neutral: "border-border bg-muted text-muted-foreground",
        info: "border-info-line bg-info-subtle text-info",
        success: "border-success-line bg-success-subtle text-success",
        warning: "border-warning-line bg-warning-subtle text-warning",
        danger: "border-danger-line bg-danger-subtle text-danger",
        primary: "border-primary-line bg-primary-subtle text-primary",
      },
    },
    defaultVariants: { tone: "neutral" },
  },
);

/** Tones of a status: always together with a word and, where it helps, an icon. */
export type Tone = NonNullable<VariantProps<typeof badgeVariants>["tone"]>;

/** A status word or a small fact in a pill. */
export function Badge({ className, tone, ...props }: ComponentProps<"span"> & { tone?: Tone | undefined }) {
  return <span className={cn(badgeVariants({ tone }), className)} {...props} />;
}
