import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";

const TONES = {
  info: { frame: "border-info-line bg-info-subtle", icon: "text-info", Icon: Info },
  success: { frame: "border-success-line bg-success-subtle", icon: "text-success", Icon: CircleCheck },
  warning: { frame: "border-warning-line bg-warning-subtle", icon: "text-warning", Icon: TriangleAlert },
  danger: { frame: "border-danger-line bg-danger-subtle", icon: "text-danger", Icon: CircleAlert },
} as const;

/** A message in the page. `live` announces it: `alert` at once, `status` when the reader pauses. */
export function Alert(props: {
  tone?: keyof typeof TONES | undefined;
  title?: ReactNode | undefined;
  children?: ReactNode | undefined;
  /** Buttons or links after the text. */
  actions?: ReactNode | undefined;
  live?: "alert" | "status" | undefined;
  className?: string | undefined;
}) {
  const { frame, icon, Icon } = TONES[props.tone ?? "info"];
  return (
    <div
      className={cn("flex gap-2.5 rounded-lg border px-3.5 py-3 text-sm text-foreground", frame, props.className)}
      role={props.live}
    >
      <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", icon)} />
      <div className="grid min-w-0 flex-1 gap-1">
        {props.title === undefined ? null : <p className="font-medium">{props.title}</p>}
        {props.children === undefined ? null : <div className="text-pretty">{props.children}</div>}
        {props.actions === undefined ? null : <div className="flex flex-wrap gap-2 pt-1.5">{props.actions}</div>}
      </div>
    </div>
  );
}
