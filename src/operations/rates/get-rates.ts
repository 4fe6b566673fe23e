import { defineOperation } from "../operation";
import { subjectRates } from "./rate-output";
import { namedPlace } from "./rate-place";
import { GetRatesInput, SubjectRates } from "./schema";

/** The rates of one subject, every metric and target. */
export const getRates = defineOperation({
  name: "rates.get",
  method: "GET",
  path: "/rates/{kind}/{id}",
  summary: "Reads the request rates of one subject.",
  permission: "rates:read",
  input: GetRatesInput,
  output: SubjectRates,
  errors: [],
  async run(input, { ports }) {
    const named = await namedPlace(input, ports);
    return { output: subjectRates(named, await ports.rates.listAt(named.place)) };
  },
});
