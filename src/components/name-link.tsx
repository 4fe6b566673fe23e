import { cn } from "@/components/ui/cn";
import { Link } from "@/i18n/navigation";

/** A name that someone gave, as a link to its page; cut off in tables, whole in cards and in the tooltip. */
export function NameLink(props: { name: string; href: string; className?: string | undefined }) {
  return (
    <Link
      className={cn(
        "block rounded-xs underline-offset-4 outline-none hover:underline focus-visible:ring-2 focus-visible:ring-ring md:max-w-56 md:truncate",
        props.className,
      )}
      data-user-text
      dir="auto"
      href={props.href}
      title={props.name}
    >
      {props.name}
    </Link>
  );
}
