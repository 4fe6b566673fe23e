import { useTranslations } from "next-intl";
import { Skeleton } from "@/components/ui/skeleton";

const LINES = ["w-11/12", "w-10/12", "w-8/12", "w-11/12", "w-9/12"];

/** What a page of the documentation shows while it loads. */
export function DocsSkeleton() {
  const t = useTranslations("common");
  return (
    <div className="grid gap-6">
      <p className="sr-only" role="status">
        {t("loading")}
      </p>
      <Skeleton className="h-6 w-44" />
      <div className="grid gap-3">
        {LINES.map((width, index) => (
          <Skeleton className={width} key={`${index}-${width}`} />
        ))}
      </div>
    </div>
  );
}
