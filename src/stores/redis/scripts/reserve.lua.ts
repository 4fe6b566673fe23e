import { defineScript } from "../run-script";
import { COUNTERS } from "./counters.lua";
import { JUDGE } from "./judge.lua";
import { RATES } from "./rates.lua";

/** Places one hold in every bucket of a request, or in none (quota.md section 5). */
export const RESERVE = defineScript(
  "reserve",
  `-- KEYS  1 meta  2 open holds  3 hold  4.. one per bucket (total: the meta key again)
-- ARGV  1 hold id  2 ttl ms  3 replica  4 config version  5 fingerprint of the user axis  6 key id  7 fingerprint of the key axis
--       8 record  9 ceiling, nano-USD  10 rates, one line each
--       then one per bucket: kind p1 p2 id cap est worst mode
-- Reply OK epoch n at lines rates · EXHAUSTED | TOO_LARGE | CONTENDED bucket at lines rates · LIMITED by used wait at rates · DUP state at slots.. · REBUILD
--       · FILL definitions of the user axis, of the key axis · STALE_WINDOW bucket at. Buckets count from 0.
local META, OPEN, HOLD = KEYS[1], KEYS[2], KEYS[3]
${COUNTERS}${JUDGE}${RATES}
if not epoch then return {'REBUILD'} end
local fill, confirm = outdated(num(ARGV[4]), 4)
if fill then
  local d = redis.call('HMGET', META, 'd', 'd:' .. ARGV[6])
  return {'FILL', d[1] or '[]', d[2] or '[]'}
end
redis.call('ZCARD', OPEN)
local known = redis.call('HMGET', HOLD, 'e', 'st', 'at', 'nb')
if known[1] == epoch then
  local reply = {'DUP', known[2], known[3] or int(at)}
  for i = 1, num(known[4]) do reply[#reply + 1] = string.match(redis.call('HGET', HOLD, 'b' .. i), '^%-?%d+') end
  return reply
end

local count = #KEYS - 3
local asked, buckets, judged, named = {}, {}, {}, nil
for i = 1, count do
  local f = fields(ARGV[10 + i])
  asked[i] = f
  for p = 5, 7 do
    local amount = f[p]
    if not (whole(amount) and string.sub(amount, 1, 1) ~= '-') then return redis.error_reply('ERR amounts of bucket ' .. i .. ' are not whole numbers') end
  end
  buckets[i] = read(f, KEYS[3 + i])
  if buckets[i].est > buckets[i].worst then return redis.error_reply('ERR est of bucket ' .. i .. ' is above worst') end
end
for i = 1, count do
  local b = buckets[i]
  if b.kind == 'C' and (second < b.p1 or second >= b.p2) then return {'STALE_WINDOW', int(i - 1), int(at)} end
end
local rules, running, rated, full, wait = {}, nil, '', nil, '0'
if ARGV[10] ~= '' then
  rules, running = readRules(ARGV[10])
  rated, full, wait = judgeRates(rules, running)
  if full then return {'LIMITED', full[1], full[2], wait, int(at), rated} end
end
for i = 1, count do
  local line = judge(buckets[i])
  judged[i] = line
  if line.class and buckets[i].mode ~= 'shadow' and (not named or SEVERITY[line.class] > SEVERITY[judged[named].class]) then named = i end
end
if named then
  for i = 1, count do
    local c = judged[i].counter
    if c.gone then save(buckets[i], c) end
  end
  local reply = lines({judged[named].class, int(named - 1), int(at)}, judged)
  reply[#reply + 1] = rated
  return reply
end

local record = {'e', epoch, 'st', 'O', 'rep', ARGV[3], 'at', int(at), 'nb', int(count), 'rec', ARGV[8], 'c', ARGV[9]}
for i = 1, count do
  local f, b, line = asked[i], buckets[i], judged[i]
  local est, worst = f[6], f[7]
  add(b, line.counter, line.slot, {s = '0', h = est, w = worst})
  record[#record + 1] = 'b' .. i
  record[#record + 1] = table.concat({int(line.slot), est, worst, b.kind, f[2], f[3], b.id}, ' ')
end
if #rules > 0 then
  local taken = {}
  for i, r in ipairs(rules) do taken[i] = r.line; takeRate(r) end
  record[#record + 1] = 'r'; record[#record + 1] = table.concat(taken, '\\n')
end
if running then stay(running.keyId, running.id) end
-- who takes a place among the running requests and nothing else has nothing to be ended but the place
if count > 0 or #rules > 0 or not running then
  redis.call('DEL', HOLD); redis.call('HSET', HOLD, unpack(record)); redis.call('EXPIRE', HOLD, 2 * DAY)
  redis.call('ZADD', OPEN, int(at + num(ARGV[2])), ARGV[1]); redis.call('EXPIRE', OPEN, 2 * DAY)
end
confirm()
local reply = lines({'OK', epoch, stepped(), int(at)}, judged)
reply[#reply + 1] = rated
return reply
`,
);
