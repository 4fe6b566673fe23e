import { LIVES } from "@/core/quota/domain";

/**
 * What all scripts on a domain share; the twin of `core/quota/counter.ts`. It stands in front of each of them, behind `local META`. A bucket is
 * a table {kind, key, id, p1, p2}: C calendar (start, end) · F fixed (length, grid) · R rolling (slice, number of slices) · T total (restart ms, 0);
 * p1 and p2 as in `BucketRef`. A counter is {slot, s, h, w}, with `stored`, `fresh` (to be begun) and `gone` (dead slices to be dropped).
 * What carries another epoch than the domain does not exist. Reads come before writes: a wrong key type fails before anything is changed.
 */
export const COUNTERS = `
local DAY = 86400
local function int(x) return string.format('%.0f', x) end
local function num(x) return tonumber(x or '0') end
local function whole(x) return x and #x <= 17 and string.find(x, '^%-?%d+$') end
local function fields(text)
  local list = {}
  for field in string.gmatch(text, '%S+') do list[#list + 1] = field end
  return list
end
local clock = redis.call('TIME')
local second = tonumber(clock[1])
local at = second * 1000 + math.floor(tonumber(clock[2]) / 1000)
local epoch = redis.call('HGET', META, 'e')

local function load(b)
  if b.kind == 'T' then
    local f = 't:' .. b.id .. ':'
    local v = redis.call('HMGET', b.key, f .. 'r', f .. 's', f .. 'h', f .. 'w')
    return v[1] and {stored = true, slot = num(v[1]), s = num(v[2]), h = num(v[3]), w = num(v[4])}
  elseif b.kind == 'R' then
    local v = redis.call('HMGET', b.key, 'e', 'lo', 'S', 'H', 'W')
    return v[1] == epoch and {stored = true, slot = num(v[2]), s = num(v[3]), h = num(v[4]), w = num(v[5])}
  end
  local v = redis.call('HMGET', b.key, 'e', 's', 'h', 'w', 'ws')
  return v[1] == epoch and {stored = true, slot = num(v[5] or b.p1), s = num(v[2]), h = num(v[3]), w = num(v[4])}
end

local function begin(slot) return {fresh = true, slot = slot, s = 0, h = 0, w = 0} end

local function aged(b, c)
  local first = math.floor(second / b.p1) - b.p2
  if not c or c.slot + b.p2 < first then return begin(first) end
  if c.slot >= first then return c end
  local gone = {}
  for slot = c.slot, first - 1 do
    local i = int(slot)
    gone[#gone + 1] = 's' .. i; gone[#gone + 1] = 'h' .. i; gone[#gone + 1] = 'w' .. i
  end
  local v = redis.call('HMGET', b.key, unpack(gone))
  for i = 1, #gone, 3 do c.s, c.h, c.w = c.s - num(v[i]), c.h - num(v[i + 1]), c.w - num(v[i + 2]) end
  c.slot, c.gone = first, gone
  return c
end

local function current(b)
  local c = load(b)
  if b.kind == 'C' then return c or begin(b.p1) end
  if b.kind == 'F' then return c and second < c.slot + b.p1 and c or begin(second - second % b.p2) end
  if b.kind == 'T' then return c and c.slot >= b.p1 and c or begin(b.p1) end
  return aged(b, c)
end

local function instance(b, slot, admitted)
  local c = load(b)
  if b.kind == 'C' then return at < (b.p2 + 2 * DAY) * 1000 and (c or begin(slot)) or nil end
  if b.kind == 'F' then
    local from = math.floor(admitted / 1000)
    if c and (c.slot == slot or (from >= c.slot and from < c.slot + b.p1)) then return c end
    return second < slot + b.p1 and (not c or second >= c.slot + b.p1) and begin(slot) or nil
  end
  if b.kind == 'T' then
    if not c then return begin(slot) end
    return c.slot == slot and c or nil
  end
  c = aged(b, c)
  return slot >= c.slot and c or nil
end

local function reachable(b, c, slot)
  return b.kind == 'R' and math.min(slot, c.slot + b.p2) or c.slot
end

local function save(b, c)
  if c.fresh then
    if b.kind == 'T' then
      local f = 't:' .. b.id .. ':'
      redis.call('HSET', b.key, f .. 'r', int(c.slot), f .. 's', '0', f .. 'h', '0', f .. 'w', '0')
      return
    end
    redis.call('DEL', b.key)
    if b.kind == 'C' then redis.call('HSET', b.key, 'e', epoch, 's', '0', 'h', '0', 'w', '0')
    elseif b.kind == 'F' then redis.call('HSET', b.key, 'e', epoch, 'ws', int(c.slot), 's', '0', 'h', '0', 'w', '0')
    else redis.call('HSET', b.key, 'e', epoch, 'lo', int(c.slot), 'S', '0', 'H', '0', 'W', '0') end
  elseif c.gone then
    redis.call('HDEL', b.key, unpack(c.gone))
    redis.call('HSET', b.key, 'lo', int(c.slot), 'S', int(c.s), 'H', int(c.h), 'W', int(c.w))
  end
end

local function keep(b, c)
  if b.kind == 'C' then redis.call('EXPIREAT', b.key, int(b.p2 + 2 * DAY))
  elseif b.kind == 'F' then redis.call('EXPIREAT', b.key, int(c.slot + b.p1 + 2 * DAY))
  elseif b.kind == 'R' then redis.call('EXPIRE', b.key, int(b.p1 * b.p2 + 2 * DAY)) end
end

local function step(key, field, sum, amount)
  if amount == '0' or amount == '-0' then return end
  redis.call('HINCRBY', key, field, amount)
  if sum then redis.call('HINCRBY', key, sum, amount) end
end

local function add(b, c, slot, amounts)
  save(b, c)
  if b.kind == 'R' then
    local i = int(reachable(b, c, slot))
    step(b.key, 's' .. i, 'S', amounts.s); step(b.key, 'h' .. i, 'H', amounts.h); step(b.key, 'w' .. i, 'W', amounts.w)
  else
    local f = b.kind == 'T' and 't:' .. b.id .. ':' or ''
    step(b.key, f .. 's', nil, amounts.s); step(b.key, f .. 'h', nil, amounts.h); step(b.key, f .. 'w', nil, amounts.w)
  end
  keep(b, c)
end

local function stepped()
  local n = redis.call('HINCRBY', META, 'n', 1)
  redis.call('EXPIRE', META, ${LIVES.domainMs / 1_000})
  return int(n)
end
`;
