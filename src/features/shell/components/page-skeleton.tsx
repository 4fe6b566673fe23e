import { useTranslations } from "next-intl";
import { PageBody } from "@/components/shell/page-body";
import { Skeleton } from "@/components/ui/skeleton";

const ROWS = ["w-11/12", "w-10/12", "w-11/12", "w-9/12", "w-10/12", "w-8/12"];

/** What a page of the shell shows while it loads: head, tool bar, rows. */
export function PageSkeleton() {
  const t = useTranslations("common");
  return (
    <PageBody>
      <p className="sr-only" role="status">
        {t("loading")}
      </p>
      <div className="grid gap-2">
        <Skeleton className="h-6 w-44" />
        <Skeleton className="w-80 max-w-full" />
      </div>
      <div className="grid gap-px overflow-hidden rounded-lg border border-border bg-card">
        {ROWS.map((width, index) => (
          <div className="border-b border-border px-4 py-4 last:border-b-0" key={`${index}-${width}`}>
            <Skeleton className={width} />
          </div>
        ))}
      </div>
    </PageBody>
  );
}
