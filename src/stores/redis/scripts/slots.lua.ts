/**
 * What every script on a channel's slots begins with (channels-and-rates.md L17), the twin of `core/channels/slot-rules.ts`: takes over a newer
 * configuration, drops expired leases and tickets and gives free slots to the head of the queue, before anything else is done.
 *
 * KEYS  1 leases  2 queue  3 last ticket number  4 tickets  5 ticket expiries  6 waiters by key  7 configuration  8 slots without a limiter
 * ARGV  1 replica  2 prefix of the wake channels  3 ttl ms  4 `version mode capacity queueSize share isOpen`, `-` for none  5 channel id
 * Reply status, epoch, own value, waiting, capacity or '', mean hold ms, slots, then one text per waiter of this replica whose wait is over: `g` slot
 * or `x` gone, and the token. The waiters of others are told over their channels. The epoch changes when the keys were lost.
 */
export const SLOTS = `
local LEASE, QUEUE, SEQ, TICKET, TEXP, BYKEY, CFG, OFF = unpack(KEYS)
local REPLICA, WAKE, TTL, CHANNEL = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[5]
local CFG_TTL = 600000
local function int(n) return string.format('%.0f', n) end
local clock = redis.call('TIME')
local micros = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local at = math.floor(micros / 1000)

local cfg = redis.call('HMGET', CFG, 'v', 'm', 'c', 'q', 's', 'o', 'e', 'h')
local given = {}
for field in string.gmatch(ARGV[4], '%S+') do given[#given + 1] = field end
if not cfg[1] or tonumber(given[1]) > tonumber(cfg[1]) then
  for i = 1, 6 do cfg[i] = given[i] end
  cfg[7] = cfg[7] or REPLICA .. '@' .. int(micros)
  redis.call('HSET', CFG, 'v', cfg[1], 'm', cfg[2], 'c', cfg[3], 'q', cfg[4], 's', cfg[5], 'o', cfg[6], 'e', cfg[7])
end
local mode, capacity, size, share = cfg[2], tonumber(cfg[3]), tonumber(cfg[4]) or 0, tonumber(cfg[5])
local isOpen, epoch, hold = cfg[6] == '1', cfg[7], tonumber(cfg[8]) or 1000
local isBounded = (mode == 'reject' or mode == 'queue') and capacity ~= nil

local told, own = {}, {}
local function tell(mark, token)
  local replica = string.match(token, '^(.*):')
  if replica == REPLICA then own[#own + 1] = mark .. token return end
  told[replica] = (told[replica] or CHANNEL) .. ' ' .. mark .. token
end

local function lease(token) redis.call('ZADD', LEASE, int(at + TTL), token) end

local function enter(token, key, number, since)
  redis.call('ZADD', QUEUE, number, token)
  redis.call('HSET', TICKET, token, key .. ' ' .. since)
  redis.call('ZADD', TEXP, int(at + TTL), token)
  redis.call('HINCRBY', BYKEY, key, 1)
end

local function leave(token)
  local ticket = redis.call('HGET', TICKET, token)
  redis.call('ZREM', QUEUE, token); redis.call('ZREM', TEXP, token); redis.call('HDEL', TICKET, token)
  if not ticket then return end
  local key = string.match(ticket, '^%S+')
  if redis.call('HINCRBY', BYKEY, key, -1) <= 0 then redis.call('HDEL', BYKEY, key) end
end

local function promote()
  local heads = redis.call('ZCARD', QUEUE)
  if heads == 0 then return end
  if isOpen and isBounded then heads = math.min(heads, capacity - redis.call('ZCARD', LEASE)) end
  if heads <= 0 then return end
  for _, token in ipairs(redis.call('ZRANGE', QUEUE, 0, heads - 1)) do
    leave(token)
    if isOpen then lease(token) end
    tell(isOpen and 'g' or 'x', token)
  end
end

local function reply(status, value)
  for replica, text in pairs(told) do redis.call('PUBLISH', WAKE .. replica, text) end
  for i = 1, 6 do redis.call('PEXPIRE', KEYS[i], int(2 * TTL)) end
  redis.call('PEXPIRE', CFG, CFG_TTL); redis.call('PEXPIRE', OFF, int(2 * TTL))
  local answer = {status, epoch, value or '', redis.call('ZCARD', QUEUE), capacity and int(capacity) or '', tostring(hold), redis.call('ZCARD', LEASE)}
  for i = 1, #own do answer[#answer + 1] = own[i] end
  return answer
end

redis.call('ZREMRANGEBYSCORE', LEASE, '-inf', int(at))
for _, token in ipairs(redis.call('ZRANGEBYSCORE', TEXP, '-inf', int(at))) do leave(token) end
promote()
`;
