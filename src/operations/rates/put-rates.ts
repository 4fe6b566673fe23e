import { AppError } from "@/core/errors";
import { defineOperation } from "../operation";
import { versionOf } from "./rate-output";
import { namedPlace } from "./rate-place";
import { PutRatesInput, SubjectRates } from "./schema";
import { wantedRates, writeRates } from "./write-rates";

/** Replaces the rates of one subject. Of two writers who saw the same version, one is refused. */
export const putRates = defineOperation({
  name: "rates.put",
  method: "PUT",
  path: "/rates/{kind}/{id}",
  summary: "Replaces the request rates of one subject; what is not named inherits.",
  permission: "rates:write",
  input: PutRatesInput,
  output: SubjectRates,
  errors: ["version_conflict"],
  async run({ version, rules, ...asked }, context) {
    const { ports } = context;
    await ports.limits.holdConfig();
    const named = await namedPlace(asked, ports);
    const before = await ports.rates.listAt(named.place);
    const current = versionOf(before);
    if (current !== version) throw new AppError("version_conflict", { version: current });
    return writeRates(named, { before, wanted: await wantedRates(rules, context) }, context);
  },
});
