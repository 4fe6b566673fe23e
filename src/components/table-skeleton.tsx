import { Skeleton } from "@/components/ui/skeleton";

const ROWS = ["a", "b", "c", "d", "e", "f"];

/** The place of a table that is being read. */
export function TableSkeleton({ columns }: { columns: number }) {
  return (
    <div className="overflow-hidden rounded-lg border border-border bg-card">
      <div className="h-9 border-b border-border bg-muted/60" />
      {ROWS.map((row) => (
        <div
          className="grid h-11 items-center gap-6 border-b border-border px-3 last:border-b-0"
          key={row}
          style={{ gridTemplateColumns: `2fr repeat(${columns - 1}, 1fr)` }}
        >
          {Array.from({ length: columns }, (_, column) => (
            <Skeleton className={column === 0 ? "w-4/5" : "w-3/5"} key={column} />
          ))}
        </div>
      ))}
    </div>
  );
}
