import { isImageComponent } from "@/core/prices/resolve-image";
import { formatUnitPrice, unitOf } from "@/core/prices/unit-price";
import type { CostDetail } from "@/core/vocabulary";
import { formatFixed } from "@/lib/money";
import type { CostLine } from "./schema";

const HOUR_MS = 3_600_000n;

/** The cost math of one ledger entry, line by line: what was counted x what one cost then. Sums to the list cost before rounding. */
export function costLines(detail: CostDetail): CostLine[] {
  const [own] = detail.parts;
  if (own === undefined) return [];
  const tokens = detail.parts.flatMap((part) =>
    Object.entries(part.counts).map(([component, count]) => line(component, count, part.components)),
  );
  const extras = [
    ...Object.entries(detail.tools).map(([tool, count]): [string, number] => [`tool.${tool}`, count]),
    [Object.keys(own.components).find(isImageComponent) ?? "image", detail.images] satisfies [string, number],
    ["character", detail.characters] satisfies [string, number],
    ["audio_hour", detail.audioMs] satisfies [string, number],
    ["request", own.components.request === undefined ? 0 : 1] satisfies [string, number],
  ];
  return [...tokens, ...extras.map(([component, count]) => line(component, count, own.components))].filter(
    ({ quantity }) => quantity > 0,
  );
}

function line(component: string, quantity: number, components: Readonly<Record<string, string>>): CostLine {
  const text = components[component];
  const pico = text === undefined ? null : BigInt(text);
  const total = BigInt(quantity) * (pico ?? 0n);
  return {
    component,
    quantity,
    unit: unitOf(component),
    price: pico === null ? null : formatUnitPrice(component, pico),
    costUsd: formatFixed(component === "audio_hour" ? total / HOUR_MS : total, 12),
  };
}
