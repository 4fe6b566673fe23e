import { defineScript } from "../run-script";
import { COUNTERS } from "./counters.lua";
import { RESTORE } from "./restore.lua";

/** Writes the settled sums of newly defined buckets; the twin of `core/quota/fill-domain.ts`. */
export const FILL = defineScript(
  "fill",
  `-- KEYS  1 meta  2.. one per seed
-- ARGV  1 version  2 fingerprint of the user axis  3 its definitions  4 key id  5 fingerprint of the key axis  6 its definitions  7 seeds as JSON
-- Reply 1 · 0: another one filled for this version or a newer one
local META, OPEN = KEYS[1], nil
${COUNTERS}${RESTORE}
if not epoch then return '0' end
local version, fk, vk = num(ARGV[1]), 'f:' .. ARGV[4], 'v:' .. ARGV[4]
local axes = redis.call('HMGET', META, 'f', 'v', fk, vk)
local writes = {
  u = (axes[1] or '') ~= ARGV[2] and version > num(axes[2]),
  k = (axes[3] or '') ~= ARGV[5] and version > num(axes[4]),
}
if not writes.u and not writes.k then return '0' end
local found = {}
local seeds = cjson.decode(ARGV[7])
for i, seed in ipairs(seeds) do
  demandWhole(seed.settled)
  found[i] = load(bucketOf(seed))
end
for i, seed in ipairs(seeds) do
  if writes[string.sub(seed.id, 1, 1)] then seedBucket(bucketOf(seed), seed, found[i]) end
end
if writes.u then redis.call('HSET', META, 'f', ARGV[2], 'v', ARGV[1], 'd', ARGV[3]) end
if writes.k then redis.call('HSET', META, fk, ARGV[5], vk, ARGV[1], 'd:' .. ARGV[4], ARGV[6]) end
stepped()
return '1'
`,
);
