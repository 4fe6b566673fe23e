import { defineScript } from "../run-script";
import { SLOTS } from "./slots.lua";

/** Gives a slot back, to the head of the queue if somebody waits; once, however often it is called (channels-and-rates.md L1, L3). */
export const RELEASE_SLOT = defineScript(
  "release-slot",
  `-- ARGV  6 token  7 how long it was held, ms
-- Status released | unknown
${SLOTS}
if redis.call('ZREM', LEASE, ARGV[6]) == 0 then return reply('unknown') end
hold = hold + 0.2 * (tonumber(ARGV[7]) - hold)
redis.call('HSET', CFG, 'h', string.format('%.3f', hold))
promote()
return reply('released')
`,
);
