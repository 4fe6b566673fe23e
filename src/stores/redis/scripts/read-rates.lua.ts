import { defineScript } from "../run-script";
import { COUNTERS } from "./counters.lua";
import { RATES } from "./rates.lua";

/** Counters of requests as a reserve would find them; writes nothing. */
export const READ_RATES = defineScript(
  "read-rates",
  `-- KEYS  1 meta      ARGV  1 counters, one line each
-- Reply at, used and wait of each
local META = KEYS[1]
${COUNTERS}${RATES}
local found = judgeRates(readRules(ARGV[1]))
return {int(at), found}
`,
);
