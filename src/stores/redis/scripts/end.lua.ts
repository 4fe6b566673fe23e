import { defineScript } from "../run-script";
import { COUNTERS } from "./counters.lua";
import { RATES } from "./rates.lua";

/** Ends a hold exactly once; the twin of `core/quota/end-hold.ts`. */
export const END = defineScript(
  "end",
  `-- KEYS  1 meta  2 open holds  3 hold  4.. one per bucket, in the order of the reserve, then those that it did not hold
-- ARGV  1 hold id  2 S settled | F settled without success | V voided  3 admission, epoch ms, of a hold that is unknown
--       then one per bucket: kind p1 p2 id slot actual (the slot counts only where nothing is held)
-- Reply OK epoch n at · DUP state · REBUILD
local META, OPEN, HOLD = KEYS[1], KEYS[2], KEYS[3]
${COUNTERS}${RATES}
local state = ARGV[2] == 'V' and 'V' or 'S'
if not epoch then return {'REBUILD'} end
local known = redis.call('HMGET', HOLD, 'e', 'st', 'nb', 'at', 'r')
local open = known[1] == epoch
if open and (known[2] == 'S' or known[2] == 'V') then return {'DUP', known[2]} end
redis.call('ZCARD', OPEN)
local count = #KEYS - 3
local placed = open and num(known[3]) or 0
local admitted = num(open and known[4] or ARGV[3])
if placed > count then return redis.error_reply('ERR the hold has other buckets') end

local ends = {}
for i = 1, count do
  local f = fields(ARGV[3 + i])
  local actual, slot, est, worst = f[6], f[5], '0', '0'
  if not whole(actual) then return redis.error_reply('ERR actual of bucket ' .. i .. ' is not a whole number') end
  local b = {kind = f[1], p1 = num(f[2]), p2 = num(f[3]), id = f[4], key = KEYS[3 + i]}
  if i <= placed then
    local id
    slot, est, worst, id = string.match(redis.call('HGET', HOLD, 'b' .. i), '^(%-?%d+) (%d+) (%d+) .* (%S+)$')
    if id ~= b.id then return redis.error_reply('ERR the hold has other buckets') end
  end
  local c = instance(b, tonumber(slot), admitted)
  if c and (c.fresh or (b.kind == 'F' and c.slot ~= tonumber(slot))) then est, worst = '0', '0' end
  ends[i] = {b = b, c = c, slot = tonumber(slot), amounts = {s = state == 'S' and actual or '0', h = '-' .. est, w = '-' .. worst}}
end
local back = {}
if open and known[5] and ARGV[2] ~= 'S' then
  for _, r in ipairs((readRules(known[5]))) do
    if ARGV[2] == 'V' or r.metric == 'successful' then loadRate(r); back[#back + 1] = r end
  end
end
for i = 1, count do
  if ends[i].c then add(ends[i].b, ends[i].c, ends[i].slot, ends[i].amounts) end
end
for _, r in ipairs(back) do giveRateBack(r, admitted) end
redis.call('DEL', HOLD); redis.call('HSET', HOLD, 'e', epoch, 'st', state); redis.call('EXPIRE', HOLD, 1800)
redis.call('ZREM', OPEN, ARGV[1])
return {'OK', epoch, stepped(), int(at)}
`,
);
