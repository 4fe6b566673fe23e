/**
 * How a bucket is judged; the twin of `core/quota/verdict.ts`, shared by reserve and peek. `read(f)` takes the 8 fields of a
 * bucket: kind p1 p2 id cap est worst mode. A line is slot s h w reset verdict: integer strings, reset in epoch ms, 0 = never. All lines of a
 * reply are one text, as the fields of a bucket are one argument: a client takes far longer over ten values than over one.
 */
export const JUDGE = `
local SEVERITY = {CONTENDED = 1, TOO_LARGE = 2, EXHAUSTED = 3}

local function read(f, key)
  return {kind = f[1], p1 = num(f[2]), p2 = num(f[3]), id = f[4], key = key,
    cap = num(f[5]), est = num(f[6]), worst = num(f[7]), mode = f[8]}
end

local function stops(b, slot) return (slot + 1 + b.p2) * b.p1 * 1000 end

local function ending(b, c)
  if b.kind == 'C' then return b.p2 * 1000 end
  if b.kind == 'F' then return (c.slot + b.p1) * 1000 end
  return b.kind == 'R' and stops(b, c.slot) or 0
end

local function room(b, c, need)
  if need > b.cap then return 0 end
  if b.kind ~= 'R' then return ending(b, c) end
  if c.fresh then return stops(b, c.slot + b.p2) end
  local fields = {}
  for slot = c.slot, c.slot + b.p2 do fields[#fields + 1] = 's' .. int(slot) end
  local v, live = redis.call('HMGET', b.key, unpack(fields)), c.s
  for i = 1, #fields do
    live = live - num(v[i])
    if v[i] and live < b.cap and live + need <= b.cap then return stops(b, c.slot + i - 1) end
  end
  return stops(b, c.slot + b.p2)
end

local function fitting(b, c)
  if b.mode == 'strict' then return c.s + c.w + b.worst <= b.cap end
  if b.mode == 'lenient' then return c.s + c.h + b.est <= b.cap end
  return c.s + c.w < b.cap and c.s + c.h + b.est <= b.cap
end

local function judge(b)
  local c = current(b)
  local line = {slot = c.slot, counter = c, reset = 0}
  if b.kind == 'R' then line.slot = math.max(c.slot, math.floor(second / b.p1)) end
  if fitting(b, c) then line.reset = ending(b, c); return line end
  local need = b.mode == 'strict' and b.worst or b.est
  line.class = (c.s >= b.cap and 'EXHAUSTED') or (c.s + need > b.cap and 'TOO_LARGE') or 'CONTENDED'
  line.reset = line.class == 'CONTENDED' and ending(b, c) or room(b, c, need)
  return line
end

local function lines(reply, judged)
  local values = {}
  for _, line in ipairs(judged) do
    local c, n = line.counter, #values
    values[n + 1], values[n + 2], values[n + 3] = int(line.slot), int(c.s), int(c.h)
    values[n + 4], values[n + 5], values[n + 6] = int(c.w), int(line.reset), line.class or 'FITS'
  end
  reply[#reply + 1] = table.concat(values, ' ')
  return reply
end

local function outdated(version, o)
  local fk, vk = 'f:' .. ARGV[o + 2], 'v:' .. ARGV[o + 2]
  local axes = redis.call('HMGET', META, 'f', 'v', fk, vk)
  local sameUser, sameKey = (axes[1] or '') == ARGV[o + 1], (axes[3] or '') == ARGV[o + 3]
  local fill = (not sameUser and version > num(axes[2])) or (not sameKey and version > num(axes[4]))
  local function confirm()
    if axes[1] and sameUser and version > num(axes[2]) then redis.call('HSET', META, 'v', int(version)) end
    if axes[3] and sameKey and version > num(axes[4]) then redis.call('HSET', META, vk, int(version)) end
  end
  return fill, confirm
end
`;
