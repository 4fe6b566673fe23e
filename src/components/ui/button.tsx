"use client";

import { Button as BaseButton } from "@base-ui/react/button";
import { cva, type VariantProps } from "class-variance-authority";
import { cn } from "./cn";
import type { Plain } from "./plain";
import { Spinner } from "./spinner";

/** Classes of a button, for links that look like one. */
export const buttonVariants = cva(
  "relative inline-flex shrink-0 cursor-default items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap select-none outline-none transition-[background-color,border-color,color,box-shadow] duration-100 focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-offset-2 focus-visible:ring-offset-background data-disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:pointer-events-none [&_svg]:shrink-0 [&_svg:not([class*=size-])]:size-4",
  {
    variants: {
      variant: {
        default: "bg-primary text-primary-foreground shadow-button hover:bg-primary-hover",
        secondary: "bg-secondary text-secondary-foreground hover:bg-secondary-hover",
        outline: "border border-input-soft bg-card text-foreground shadow-xs hover:bg-accent",
        ghost: "text-foreground hover:bg-accent",
        destructive: "bg-destructive text-destructive-foreground shadow-button hover:bg-destructive-hover",
        link: "h-auto rounded-xs px-0 text-primary underline-offset-4 hover:underline",
      },
      size: {
        default: "h-9 px-3.5 text-sm",
        sm: "h-8 gap-1.5 px-2.5 text-sm",
        lg: "h-10 px-4 text-base",
        icon: "size-9",
        "icon-sm": "size-8",
      },
    },
    compoundVariants: [{ variant: "link", className: "h-auto px-0" }],
    defaultVariants: { variant: "default", size: "default" },
  },
);

/** Props of `Button`: Base UI's, plus the look and `pending`. For a link: `render={<Link />} nativeButton={false}`. */
export type ButtonProps = Plain<BaseButton.Props> &
  VariantProps<typeof buttonVariants> & {
    /** Work of this button is running: shows a spinner and cannot fire twice. */
    pending?: boolean | undefined;
  };

/** A button. `type` is `button` unless told otherwise. */
export function Button({ className, variant, size, pending = false, disabled, children, ...props }: ButtonProps) {
  return (
    <BaseButton
      aria-busy={pending || undefined}
      className={cn(buttonVariants({ variant, size }), className)}
      disabled={disabled === true || pending}
      focusableWhenDisabled={pending}
      {...props}
    >
      {pending ? <Spinner /> : null}
      {children}
    </BaseButton>
  );
}
