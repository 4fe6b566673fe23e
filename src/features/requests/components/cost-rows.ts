import type { CostLine, OwnRequestDetail, RequestEntry } from "@/operations/requests/schema";

/** A ledger entry as an admin sees it, or as its owner does. */
export type ShownEntry = RequestEntry | OwnRequestDetail["entries"][number];

/** One row of the cost math. Amounts and factors are decimal strings. */
export type CostRow =
  | { readonly kind: "line"; readonly key: string; readonly line: CostLine }
  | { readonly kind: "list"; readonly key: string; readonly amountUsd: string }
  | { readonly kind: "channelMultiplier" | "groupMultiplier"; readonly key: string; readonly factor: string }
  | { readonly kind: "total"; readonly key: string; readonly amountUsd: string };

/**
 * The cost math of one attempt from top to bottom: each counted thing, the list cost, the multipliers, what is charged. The channel's
 * multiplier is always there for those who may see it; a group's only when it changes something. Nothing counted gives the total alone.
 */
export function costRows(entry: ShownEntry): readonly CostRow[] {
  const total: CostRow = { kind: "total", key: "total", amountUsd: entry.costUsd };
  if (entry.lines.length === 0) return [total];
  return [
    ...entry.lines.map((line, index): CostRow => ({ kind: "line", key: `${index} ${line.component}`, line })),
    { kind: "list", key: "list", amountUsd: entry.listCostUsd },
    ...multiplierRows(entry),
    total,
  ];
}

function multiplierRows(entry: ShownEntry): readonly CostRow[] {
  if (!("channelMultiplier" in entry)) return [];
  const channel: CostRow = { kind: "channelMultiplier", key: "channel", factor: entry.channelMultiplier };
  const group: CostRow = { kind: "groupMultiplier", key: "group", factor: entry.groupMultiplier };
  return entry.groupMultiplier === "1" ? [channel] : [channel, group];
}
