import { defineScript } from "../run-script";
import { COUNTERS } from "./counters.lua";
import { RESTORE } from "./restore.lua";

/** Begins a new epoch with absolute values; the twin of `core/quota/rebuild-domain.ts`. */
export const REBUILD = defineScript(
  "rebuild",
  `-- KEYS  1 lock  2 meta  3 open holds  4.. buckets and holds
-- ARGV  1 token  2 new epoch  3 version  4 fingerprint of the user axis  5 its definitions  6 key id  7 fingerprint of the key axis
--       8 its definitions  9 {seeds, holds} as JSON  10 numbers of the bucket keys: first and last
-- Reply 1 · 0: the lock was lost
local LOCK, META, OPEN = KEYS[1], KEYS[2], KEYS[3]
if redis.call('GET', LOCK) ~= ARGV[1] then return '0' end
${COUNTERS}${RESTORE}
local given = cjson.decode(ARGV[9])
for _, seed in ipairs(given.seeds) do demandWhole(seed.settled) end
epoch = ARGV[2]
redis.call('DEL', META, OPEN)
for i = 4, num(ARGV[10]) do
  if KEYS[i] ~= META then redis.call('DEL', KEYS[i]) end
end
redis.call('HSET', META, 'e', epoch, 'f', ARGV[4], 'v', ARGV[3], 'd', ARGV[5],
  'f:' .. ARGV[6], ARGV[7], 'v:' .. ARGV[6], ARGV[3], 'd:' .. ARGV[6], ARGV[8])
for _, seed in ipairs(given.seeds) do seedBucket(bucketOf(seed), seed, nil) end
for _, hold in ipairs(given.holds) do
  if redis.call('TYPE', KEYS[hold.k]).ok ~= 'hash' then redis.call('DEL', KEYS[hold.k]) end
  place(hold)
end
stepped()
redis.call('DEL', LOCK)
return '1'
`,
);
