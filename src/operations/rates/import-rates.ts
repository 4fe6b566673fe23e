import { rateKey } from "@/core/quota/rate-row";
import { defineOperation } from "../operation";
import { namedPlace } from "./rate-place";
import { ImportRatesInput, SubjectRates } from "./schema";
import { wantedRates, writeRates } from "./write-rates";

/**
 * Changes the named rules of one subject and leaves the others alone: the provisioning file's way in, kept out of the registry. Writes
 * nothing when nothing differs.
 */
export const importRates = defineOperation({
  name: "rates.import",
  method: "PATCH",
  path: "/rates/{kind}/{id}",
  summary: "Changes named request rates of one subject.",
  permission: "rates:write",
  input: ImportRatesInput,
  output: SubjectRates,
  errors: [],
  async run({ rules, ...asked }, context) {
    const { ports } = context;
    await ports.limits.holdConfig();
    const named = await namedPlace(asked, ports);
    const before = await ports.rates.listAt(named.place);
    const wanted = await wantedRates(rules, context);
    const isNamed = new Set(wanted.map(rateKey));
    const kept = before.filter((row) => !isNamed.has(rateKey(row))).map((row) => ({ ...row, isInherited: false }));
    return writeRates(named, { before, wanted: [...kept, ...wanted] }, context);
  },
});
