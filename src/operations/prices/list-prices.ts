import { defineOperation } from "../operation";
import { toWholeList } from "../to-output";
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
  errors: [],
  async run({ q, model }, { ports }) {
    const rows = await ports.prices.list({ source: "admin" });
    const wanted = q?.toLowerCase();
    const shown = rows.filter((row) => wanted === undefined || row.model.toLowerCase().includes(wanted));
    const effective = model === undefined ? null : ports.effectivePrices(model).map(priceOutput);
    return { output: { ...toWholeList(shown.map(priceOutput)), effective } };
  },
});
