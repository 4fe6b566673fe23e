import { LoaderCircle } from "lucide-react";
import { cn } from "./cn";

/** A turning ring for work in progress; hidden from screen readers, the text beside it speaks. */
export function Spinner({ className }: { className?: string | undefined }) {
  return <LoaderCircle aria-hidden className={cn("size-4 animate-spin motion-reduce:animate-none", className)} />;
}
