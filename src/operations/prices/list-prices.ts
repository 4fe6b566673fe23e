import type { PricePosition } from "@/core/prices/price-store";
import { givenFilters, readListCursor } from "../list-cursor";
import { isText, isWhole, listOutput } from "../list-output";
import { defineOperation } from "../operation";
import { priceOutput } from "./price-output";
import { ListPricesInput, PriceList } from "./schema";

/** The overrides, and what prices one model today. */
export const listPrices = defineOperation({
  name: "prices.list",
  method: "GET",
  path: "/prices",
  summary: "Lists price overrides, and with a model the rows that price it today.",
  permission: "prices:read",
  input: ListPricesInput,
  output: PriceList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit, ...given }, { ports }) {
    const filter = givenFilters(given);
    const { model, ...wanted } = filter;
    const page = await ports.prices.page(wanted, { limit, after: readListCursor(cursor, filter, readPosition) });
    const effective = model === undefined ? null : ports.effectivePrices(model).map(priceOutput);
    return { output: { ...listOutput(page, { filter, position, item: priceOutput }), effective } };
  },
});

const position = ({ model, effectiveFrom, id }: PricePosition) => [model, effectiveFrom, id];

function readPosition([model, effectiveFrom, id]: readonly unknown[]): PricePosition | null {
  if (!isText(model) || !isWhole(effectiveFrom) || !isWhole(id) || Math.abs(effectiveFrom) > 8.64e15) return null;
  return { model, effectiveFrom, id };
}
