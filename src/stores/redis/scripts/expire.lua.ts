import { defineScript } from "../run-script";
import { COUNTERS } from "./counters.lua";

/** Puts a hold into limbo whose time is over; the twin of `core/quota/expire-hold.ts`. */
export const EXPIRE = defineScript(
  "expire",
  `-- KEYS  1 meta  2 open holds  3 hold      ARGV  1 hold id
-- Reply expiry, replica, admission, record, ceiling, buckets.. (slot est worst kind p1 p2 id) · nothing: it is not due
local META, OPEN, HOLD = KEYS[1], KEYS[2], KEYS[3]
${COUNTERS}
local score = redis.call('ZSCORE', OPEN, ARGV[1])
if not epoch or not score or tonumber(score) > at then return {} end
local known = redis.call('HMGET', HOLD, 'e', 'st', 'rep', 'at', 'rec', 'c', 'nb')
if known[1] ~= epoch or (known[2] ~= 'O' and known[2] ~= 'L') then
  redis.call('ZREM', OPEN, ARGV[1])
  return {}
end
local reply = {int(tonumber(score)), known[3], known[4], known[5], known[6]}
for i = 1, num(known[7]) do reply[#reply + 1] = redis.call('HGET', HOLD, 'b' .. i) end
if known[2] == 'O' then redis.call('HSET', HOLD, 'st', 'L'); stepped() end
return reply
`,
);
