import { planImport } from "@/core/prices/plan-import";
import { defineOperation } from "../operation";
import { ImportedPrices, ImportPricesInput } from "./schema";

/** Stores the prices of the installed package: from then on those count, and a later import adds only what the package has changed. */
export const importPrices = defineOperation({
  name: "prices.import",
  method: "POST",
  path: "/prices/import",
  summary: "Imports the prices of the installed catalogue package and tells what was added, rounded and left out.",
  permission: "prices:write",
  input: ImportPricesInput,
  output: ImportedPrices,
  errors: [],
  async run(_, { ports, actor, now }) {
    await ports.prices.hold();
    const { rows: packaged, report } = ports.packagedPrices();
    const stored = await ports.prices.list({ source: "catalogue" });
    const { added, changedModels } = planImport({ packaged, stored, now });
    await ports.prices.insert(added, actor.kind === "account" ? actor.name : actor.kind);
    const { rounded, unknownKeys, unpriced, ...counts } = report;
    const done = { ...counts, added: added.length, changedModels };
    const output = {
      ...done,
      rounded: rounded.map(({ value, ...place }) => ({ ...place, value: String(value) })),
      unknownKeys: Object.entries(unknownKeys).map(([key, count]) => ({ key, count })),
      unpriced: [...unpriced],
    };
    if (added.length === 0) return { output };
    return { output, audit: { target: "prices:catalogue", before: null, after: done } };
  },
});
