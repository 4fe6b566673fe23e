import { defineScript } from "../run-script";
import { COUNTERS } from "./counters.lua";
import { JUDGE } from "./judge.lua";

/** What a reserve would find; writes nothing. */
export const PEEK = defineScript(
  "peek",
  `-- KEYS  1 meta  2.. one per bucket
-- ARGV  1 config version  2 fingerprint of the user axis  3 key id  4 fingerprint of the key axis  then one per bucket: kind p1 p2 id cap est worst mode
-- Reply OK at lines · NONE
local META = KEYS[1]
${COUNTERS}${JUDGE}
if not epoch then return {'NONE'} end
if outdated(num(ARGV[1]), 1) then return {'NONE'} end
local judged = {}
for i = 1, #KEYS - 1 do judged[i] = judge(read(fields(ARGV[4 + i]), KEYS[1 + i])) end
return lines({'OK', int(at)}, judged)
`,
);
