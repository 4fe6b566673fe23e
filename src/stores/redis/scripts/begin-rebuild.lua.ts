import { defineScript } from "../run-script";

/** Takes the lock of a rebuild and ends the epoch (quota.md Q49). */
export const BEGIN_REBUILD = defineScript(
  "begin-rebuild",
  `-- KEYS  1 lock  2 meta  3 open holds      ARGV  1 token  2 life of the lock, ms
-- Reply 0: another one rebuilds · 1, then hold id and expiry of each open hold
local LOCK, META, OPEN = KEYS[1], KEYS[2], KEYS[3]
if not redis.call('SET', LOCK, ARGV[1], 'NX', 'PX', ARGV[2]) then return {'0'} end
redis.call('DEL', META)
if redis.call('TYPE', OPEN).ok ~= 'zset' then redis.call('DEL', OPEN) end
local reply = {'1'}
for _, entry in ipairs(redis.call('ZRANGE', OPEN, 0, -1, 'WITHSCORES')) do reply[#reply + 1] = entry end
return reply
`,
);
