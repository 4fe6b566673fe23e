import { isDeepStrictEqual } from "node:util";
import { AppError, type FieldError } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import type { PriceRow } from "@/core/prices/price";
import { defineOperation } from "../operation";
import { priceComponents } from "./price-components";
import { priceOutput } from "./price-output";
import { OverridePriceInput, Price } from "./schema";

/** A new price row. Rows are never edited: among those of one kind the latest `effectiveFrom` wins. Equal to the one in force, or to the one of the same instant: no row. */
export const overridePrice = defineOperation({
  name: "prices.override",
  method: "POST",
  path: "/prices",
  summary: "Overrides the price of a model, everywhere or on one channel.",
  permission: "prices:write",
  input: OverridePriceInput,
  output: Price,
  errors: [],
  async run(input, { ports, actor, now }) {
    const { components, faults } = priceComponents(input);
    const fields = [...faults, ...(await faultsOf(input, Object.keys(components).length === 0, ports))];
    if (fields.length > 0) throw new AppError("validation_failed", {}, { fields });
    const rows = await ports.prices.list({ model: input.model, source: "admin" });
    const effectiveFrom = input.effectiveFrom == null ? undefined : Date.parse(input.effectiveFrom);
    const isRival = (row: PriceRow) =>
      effectiveFrom === undefined ? row.effectiveFrom <= now : row.effectiveFrom === effectiveFrom;
    const previous = latest(rows.filter((row) => isSameKind(row, input) && isRival(row)));
    if (previous !== null && isSame(previous, { components, priceAs: input.priceAs })) {
      return { output: priceOutput(previous) };
    }
    const values = {
      model: input.model,
      channelId: input.channelId,
      provider: null,
      source: "admin" as const,
      effectiveFrom: effectiveFrom ?? now,
      serviceTier: input.serviceTier,
      minInputTokens: input.minInputTokens,
      dailyUtcFrom: input.dailyUtcFrom,
      dailyUtcTo: input.dailyUtcTo,
      components,
      priceAs: input.priceAs,
    };
    const [row] = await ports.prices.insert([values], actor.kind === "account" ? actor.name : actor.kind);
    if (row === undefined) throw new AppError("internal_error");
    const output = priceOutput(row);
    return {
      output,
      audit: { target: `price:${row.id}`, before: previous === null ? null : priceOutput(previous), after: output },
    };
  },
});

async function faultsOf(input: OverridePriceInput, isEmpty: boolean, ports: OperationPorts): Promise<FieldError[]> {
  const faults: FieldError[] = [];
  // Either amounts, or the model whose price is meant.
  if (isEmpty === (input.priceAs === null)) faults.push({ path: isEmpty ? "input" : "priceAs", code: "price_empty" });
  if (input.priceAs === input.model) faults.push({ path: "priceAs", code: "invalid" });
  if ((input.dailyUtcFrom === null) !== (input.dailyUtcTo === null))
    faults.push({ path: "dailyUtcTo", code: "required" });
  else if (input.dailyUtcFrom !== null && input.dailyUtcFrom === input.dailyUtcTo)
    faults.push({ path: "dailyUtcTo", code: "invalid" });
  if (input.channelId !== null && (await ports.channels.find(input.channelId)) === null) {
    faults.push({ path: "channelId", code: "not_found" });
  }
  return faults;
}

/** Rows of one kind stand for the same thing at different times (provisioning.md: all fields but the amounts). */
function isSameKind(row: PriceRow, input: OverridePriceInput): boolean {
  return (["channelId", "serviceTier", "minInputTokens", "dailyUtcFrom", "dailyUtcTo"] as const).every(
    (name) => row[name] === input[name],
  );
}

function latest(rows: readonly PriceRow[]): PriceRow | null {
  return rows.reduce<PriceRow | null>(
    (best, row) =>
      best === null ||
      row.effectiveFrom > best.effectiveFrom ||
      (row.effectiveFrom === best.effectiveFrom && row.id > best.id)
        ? row
        : best,
    null,
  );
}

function isSame(row: PriceRow, next: Pick<PriceRow, "components" | "priceAs">): boolean {
  return row.priceAs === next.priceAs && isDeepStrictEqual({ ...row.components }, { ...next.components });
}
