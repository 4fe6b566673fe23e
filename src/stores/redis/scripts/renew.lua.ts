import { defineScript } from "../run-script";
import { COUNTERS } from "./counters.lua";

/** Keeps a hold open for another while, out of limbo too; the twin of `core/quota/renew-hold.ts`. */
export const RENEW = defineScript(
  "renew",
  `-- KEYS  1 meta  2 open holds  3 hold      ARGV  1 hold id  2 ttl ms  3 ceiling, nano-USD
-- Reply renewed expiry | settled | voided | unknown | rebuild
local META, OPEN, HOLD = KEYS[1], KEYS[2], KEYS[3]
${COUNTERS}
if not epoch then return {'rebuild'} end
redis.call('ZCARD', OPEN)
local known = redis.call('HMGET', HOLD, 'e', 'st')
if known[1] ~= epoch then return {'unknown'} end
if known[2] == 'S' then return {'settled'} elseif known[2] == 'V' then return {'voided'} end
redis.call('HSET', HOLD, 'st', 'O', 'c', ARGV[3]); redis.call('EXPIRE', HOLD, 2 * DAY)
local expiry = int(at + num(ARGV[2]))
redis.call('ZADD', OPEN, expiry, ARGV[1]); redis.call('EXPIRE', OPEN, 2 * DAY)
stepped()
return {'renewed', expiry}
`,
);
