import { defineScript } from "../run-script";
import { COUNTERS } from "./counters.lua";
import { RESTORE } from "./restore.lua";

/** Adds an open hold that a rebuild missed; the twin of `decideAnnounce` in `core/quota/rebuild-domain.ts`. */
export const ANNOUNCE = defineScript(
  "announce",
  `-- KEYS  1 meta  2 open holds  3 hold  4.. one per bucket      ARGV  1 the hold as JSON
-- Reply 1 · 0: it is known or the domain has no epoch
local META, OPEN = KEYS[1], KEYS[2]
${COUNTERS}${RESTORE}
if not epoch then return '0' end
redis.call('ZCARD', OPEN)
if not place(cjson.decode(ARGV[1])) then return '0' end
stepped()
return '1'
`,
);
