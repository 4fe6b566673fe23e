"use client";

import {
  createSortedRowModel,
  type Row,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { useLocale } from "next-intl";
import { type MouseEvent, type ReactNode, useMemo } from "react";
import { cn } from "@/components/ui/cn";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

/** One column of a `DataTable`. */
export type DataColumn<Item> = {
  readonly id: string;
  readonly header: string;
  readonly cell: (item: Item) => ReactNode;
  /** Makes the column sortable; null comes last. */
  readonly sortBy?: ((item: Item) => string | number | null) | undefined;
  readonly align?: "start" | "end" | undefined;
  /** Below 768 px: `title` heads the card, `corner` stands at its end, `hidden` leaves it out. */
  readonly card?: "title" | "corner" | "hidden" | undefined;
  /** Drops the column where the table is narrower than this. */
  readonly from?: "lg" | "xl" | "2xl" | undefined;
  /** No words in the head: a column of actions. */
  readonly hideHeader?: boolean | undefined;
  readonly className?: string | undefined;
};

/** Props of `DataTable`. */
export type DataTableProps<Item> = {
  items: readonly Item[];
  columns: readonly DataColumn<Item>[];
  rowId: (item: Item) => string;
  /** What the table shows, for screen readers. */
  caption: string;
  /** Id of the row whose details are open. */
  selected?: string | null | undefined;
  /** A click on a row beside its own controls. The row's title should have a link or button that does the same. */
  onOpen?: ((item: Item) => void) | undefined;
  /** `name` or `-name`; for lists that are wholly on the page. */
  sort?: string | null | undefined;
  onSort?: ((sort: string) => void) | undefined;
  isDimmed?: ((item: Item) => boolean) | undefined;
};

const FROM = { lg: "md:max-lg:hidden", xl: "md:max-xl:hidden", "2xl": "md:max-2xl:hidden" } as const;

const CARD = {
  title: "max-md:col-span-full max-md:pe-10 max-md:text-base max-md:font-medium",
  corner: "max-md:absolute max-md:end-3 max-md:top-2.5 max-md:w-auto",
  hidden: "max-md:hidden",
} as const;

/** Classes that turn a row of the table into a card below 768 px, with the columns' names as labels. */
function cellClass<Item>(column: DataColumn<Item>): string {
  const isLabelled = column.card === undefined;
  return cn(
    "max-md:block max-md:h-auto max-md:min-w-0 max-md:p-0",
    column.align === "end" && "md:text-end",
    isLabelled &&
      "max-md:before:block max-md:before:text-xs max-md:before:text-muted-foreground max-md:before:content-[attr(data-label)]",
    column.card !== undefined && CARD[column.card],
    column.from !== undefined && FROM[column.from],
    column.className,
  );
}

function parseSort(sort: string | null | undefined): SortingState {
  if (sort === null || sort === undefined || sort === "") return [];
  const desc = sort.startsWith("-");
  return [{ id: desc ? sort.slice(1) : sort, desc }];
}

function compareValues(collator: Intl.Collator, a: unknown, b: unknown): number {
  return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
}

/** A dense table that becomes a list of cards below 768 px. One markup for both: nothing is rendered twice. */
export function DataTable<Item extends object>(props: DataTableProps<Item>) {
  const { columns, rowId, onSort } = props;
  const locale = useLocale();
  const data = useMemo(() => [...props.items], [props.items]);
  const sorting = useMemo(() => parseSort(props.sort), [props.sort]);
  const definitions = useMemo(() => {
    const collator = new Intl.Collator(locale, { numeric: true });
    return columns.map(({ id, sortBy }) => ({
      id,
      accessorFn: (item: Item) => sortBy?.(item) ?? undefined,
      enableSorting: sortBy !== undefined,
      sortUndefined: "last" as const,
      sortFn: (a: Row<typeof features, Item>, b: Row<typeof features, Item>) =>
        compareValues(collator, a.getValue(id), b.getValue(id)),
    }));
  }, [columns, locale]);
  const table = useTable({
    features,
    data,
    columns: definitions,
    getRowId: rowId,
    state: { sorting },
    enableSortingRemoval: false,
    onSortingChange: (change) => {
      const [next] = typeof change === "function" ? change(sorting) : change;
      if (next !== undefined) onSort?.(next.desc ? `-${next.id}` : next.id);
    },
  });

  return (
    <Table className="max-md:block">
      <TableCaption>{props.caption}</TableCaption>
      <TableHeader className="max-md:sr-only">
        <TableRow>
          {columns.map((column) => (
            <ColumnHead
              column={column}
              direction={sorting[0]?.id === column.id ? (sorting[0].desc ? "descending" : "ascending") : "none"}
              key={column.id}
              onToggle={onSort === undefined ? undefined : () => table.getColumn(column.id)?.toggleSorting()}
            />
          ))}
        </TableRow>
      </TableHeader>
      <TableBody className="max-md:block">
        {table.getRowModel().rows.map((row) => (
          <ItemRow item={row.original} key={row.id} props={props} />
        ))}
      </TableBody>
    </Table>
  );
}

function ItemRow<Item extends object>({ item, props }: { item: Item; props: DataTableProps<Item> }) {
  const { onOpen, columns } = props;
  const id = props.rowId(item);
  const open = (event: MouseEvent<HTMLElement>) => {
    const isControl = event.target instanceof Element && event.target.closest("a,button,input,label,[role=menuitem]");
    if (isControl || window.getSelection()?.isCollapsed === false) return;
    onOpen?.(item);
  };
  return (
    <TableRow
      className={cn(
        "max-md:relative max-md:grid max-md:grid-cols-2 max-md:gap-x-4 max-md:gap-y-3 max-md:px-4 max-md:py-3.5",
        props.isDimmed?.(item) === true && "text-muted-foreground",
      )}
      data-row-id={id}
      {...(onOpen === undefined ? {} : { "data-clickable": "", onClick: open })}
      {...(props.selected === id ? { "data-selected": "" } : {})}
    >
      {columns.map((column) => (
        <TableCell className={cellClass(column)} data-label={column.header} key={column.id}>
          {column.cell(item)}
        </TableCell>
      ))}
    </TableRow>
  );
}

function ColumnHead<Item>(props: {
  column: DataColumn<Item>;
  direction: "ascending" | "descending" | "none";
  onToggle: (() => void) | undefined;
}) {
  const { column, direction, onToggle } = props;
  const className = cn(column.align === "end" && "text-end", column.from !== undefined && FROM[column.from]);
  if (column.sortBy === undefined || onToggle === undefined) {
    return (
      <TableHead className={className} scope="col">
        {column.hideHeader === true ? <span className="sr-only">{column.header}</span> : column.header}
      </TableHead>
    );
  }
  const Icon = { ascending: ArrowUp, descending: ArrowDown, none: ChevronsUpDown }[direction];
  return (
    <TableHead aria-sort={direction} className={className} scope="col">
      <button
        className={cn(
          "group -mx-1.5 inline-flex h-7 items-center gap-1 rounded-sm px-1.5 outline-none hover:bg-accent hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring",
          direction !== "none" && "text-foreground",
        )}
        onClick={onToggle}
        type="button"
      >
        {column.header}
        <Icon aria-hidden className={cn("size-3.5", direction === "none" && "opacity-40 group-hover:opacity-100")} />
      </button>
    </TableHead>
  );
}
