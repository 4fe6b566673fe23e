import { defineScript } from "../run-script";
import { COUNTERS } from "./counters.lua";
import { RATES } from "./rates.lua";

/** Keeps the places of running requests of one user, or takes them again after a loss. */
export const STAY_RUNNING = defineScript(
  "stay-running",
  `-- KEYS  1 meta      ARGV  key id and request id of each
local META = KEYS[1]
${COUNTERS}${RATES}
for i = 1, #ARGV, 2 do stay(ARGV[i], ARGV[i + 1]) end
return '1'
`,
);
