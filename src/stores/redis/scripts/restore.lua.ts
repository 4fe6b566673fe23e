/**
 * What rebuild, fill and announce share; the twin of `seededCounter` and `decideAnnounce` in `core/quota`. Seeds and holds come as JSON with
 * `k`, the number of their key, and with all amounts as strings.
 */
export const RESTORE = `
local function bucketOf(x) return {kind = x.kind, p1 = x.p1, p2 = x.p2, id = x.id, key = KEYS[x.k]} end

local function demandWhole(x)
  if not whole(x) then error('amount is not a whole number') end
end

local function seedSlices(b, seed, c)
  local sums, fields, total = {}, {'e', epoch, 'lo', int(c.slot), 'H', int(c.h), 'W', int(c.w)}, 0
  for _, slice in ipairs(seed.slices) do
    if slice[1] >= c.slot then
      local i = int(reachable(b, c, slice[1]))
      sums[i] = (sums[i] or 0) + tonumber(slice[2])
      total = total + tonumber(slice[2])
    end
  end
  for i, sum in pairs(sums) do fields[#fields + 1] = 's' .. i; fields[#fields + 1] = int(sum) end
  fields[#fields + 1] = 'S'; fields[#fields + 1] = int(total)
  local stored = c.stored and redis.call('HGETALL', b.key) or {}
  for i = 1, #stored, 2 do
    local slot = string.match(stored[i], '^[hw](%d+)$')
    if slot and tonumber(slot) >= c.slot then fields[#fields + 1] = stored[i]; fields[#fields + 1] = stored[i + 1] end
  end
  redis.call('DEL', b.key)
  redis.call('HSET', b.key, unpack(fields))
  keep(b, c)
end

local function seedBucket(b, seed, c)
  if b.kind == 'R' then return seedSlices(b, seed, aged(b, c)) end
  local slot = b.kind == 'C' and b.p1 or seed.slot
  if c and c.slot > slot then return end
  local h, w = '0', '0'
  if c and c.slot == slot then h, w = int(c.h), int(c.w) end
  if b.kind == 'T' then
    local f = 't:' .. b.id .. ':'
    redis.call('HSET', b.key, f .. 'r', int(slot), f .. 's', seed.settled, f .. 'h', h, f .. 'w', w)
    return
  end
  redis.call('HSET', b.key, 'e', epoch, 's', seed.settled, 'h', h, 'w', w)
  if b.kind == 'F' then redis.call('HSET', b.key, 'ws', int(slot)) end
  keep(b, {slot = slot})
end

local function place(hold)
  local key = KEYS[hold.k]
  if redis.call('HGET', key, 'e') == epoch then return false end
  local placed, record = {}, {'e', epoch, 'st', 'O', 'rep', hold.replica, 'at', hold.at, 'nb', int(#hold.buckets), 'rec', hold.record, 'c', hold.ceiling}
  for i, x in ipairs(hold.buckets) do
    demandWhole(x.est); demandWhole(x.worst)
    local b = bucketOf(x)
    local c, slot, est, worst = instance(b, x.slot, num(hold.at)), x.slot, '0', '0'
    if c then
      slot, est, worst = reachable(b, c, x.slot), x.est, x.worst
      placed[#placed + 1] = {b = b, c = c, slot = slot, amounts = {s = '0', h = est, w = worst}}
    end
    record[#record + 1] = 'b' .. i
    record[#record + 1] = table.concat({int(slot), est, worst, b.kind, int(b.p1), int(b.p2), b.id}, ' ')
  end
  if hold.rates then record[#record + 1] = 'r'; record[#record + 1] = hold.rates end
  for _, x in ipairs(placed) do add(x.b, x.c, x.slot, x.amounts) end
  redis.call('DEL', key); redis.call('HSET', key, unpack(record)); redis.call('EXPIRE', key, 2 * DAY)
  redis.call('ZADD', OPEN, hold.expires, hold.id); redis.call('EXPIRE', OPEN, 2 * DAY)
  return true
end
`;
