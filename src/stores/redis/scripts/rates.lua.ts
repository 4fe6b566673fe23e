import { RUNNING_LEASE_MS } from "@/core/quota/rate-ask";
import { WINDOW_SLICES } from "@/lib/sliding-window";

/**
 * Rates and requests at once; the twin of `core/quota/judge-rates.ts`, behind COUNTERS. A window is a text of `last:count` per slice, oldest
 * first, a bucket one of `at:taken`. Their keys lie beside the domain and are named after it; they outlive an epoch. A counter is {kind W | B,
 * metric, limit, burst, period, id}, as one line of a text; a line `R` is {user's cap, key's cap (- = none), key id, request id}.
 */
export const RATES = `
local SLICES, LEASE = ${WINDOW_SLICES}, ${RUNNING_LEASE_MS}
local function rateKey(id) return META .. ':r:' .. id end
local function runningKey(keyId) return META .. ':n' .. (keyId and ':k' .. keyId or '') end

local function readRules(text)
  local rules, running = {}, nil
  for line in string.gmatch(text, '[^\\n]+') do
    local f = fields(line)
    if f[1] == 'R' then running = {user = tonumber(f[2]), key = tonumber(f[3]), keyId = f[4], id = f[5]}
    else rules[#rules + 1] = {kind = f[1], metric = f[2], limit = num(f[3]), burst = num(f[4]), period = num(f[5]), id = f[6], line = line} end
  end
  return rules, running
end

local function loadRate(r)
  local text = redis.call('GET', rateKey(r.id))
  r.stored = text
  if r.kind == 'B' then
    local since, taken = string.match(text or '0:0', '(%d+):(%d+)')
    since, taken = tonumber(since), tonumber(taken)
    if at > since then since, taken = at, math.max(0, taken - (at - since) * r.limit) end
    r.since, r.taken, r.used = since, taken, math.ceil(taken / r.period)
    return
  end
  r.live, r.used = {}, 0
  for last, n in string.gmatch(text or '', '(%d+):(%d+)') do
    last, n = tonumber(last), tonumber(n)
    if #r.live > 0 or last + r.period > at then r.live[#r.live + 1] = {last, n}; r.used = r.used + n end
  end
end

local function waitOf(r)
  if r.kind == 'B' then
    local over = r.taken + r.period - r.burst * r.period
    return over <= 0 and 0 or math.ceil(over / r.limit) + math.max(0, r.since - at)
  end
  local left, i = r.used, 1
  while left >= r.limit do
    left = left - r.live[i][2]
    if left < r.limit then return r.live[i][1] + r.period - at end
    i = i + 1
  end
  return 0
end

local function keepRate(r, text) redis.call('SET', rateKey(r.id), text, 'PX', int(math.max(2 * r.period, 120000))) end

local function keepWindow(r)
  local parts = {}
  for _, slice in ipairs(r.live) do
    if slice[2] > 0 then parts[#parts + 1] = int(slice[1]) .. ':' .. int(slice[2]) end
  end
  if #parts == 0 then redis.call('DEL', rateKey(r.id)) else keepRate(r, table.concat(parts, ' ')) end
end

local function takeRate(r)
  if r.kind == 'B' then return keepRate(r, int(r.since) .. ':' .. int(r.taken + r.period)) end
  local newest, slice = r.live[#r.live], r.period / SLICES
  local now = math.max(at, newest and newest[1] or 0)
  if newest and math.floor(newest[1] / slice) == math.floor(now / slice) then newest[1], newest[2] = now, newest[2] + 1
  else r.live[#r.live + 1] = {now, 1} end
  keepWindow(r)
end

local function giveRateBack(r, takenAt)
  if not r.stored then return end
  if r.kind == 'B' then
    local left = math.max(0, r.period - math.max(0, at - takenAt) * r.limit)
    return keepRate(r, int(r.since) .. ':' .. int(math.max(0, r.taken - left)))
  end
  local slice = r.period / SLICES
  for _, one in ipairs(r.live) do
    if math.floor(one[1] / slice) == math.floor(takenAt / slice) then one[2] = one[2] - 1 end
  end
  keepWindow(r)
end

local function runningBut(key, id)
  local others = redis.call('ZCOUNT', key, '(' .. int(at), '+inf')
  local own = redis.call('ZSCORE', key, id)
  return own and tonumber(own) > at and others - 1 or others
end

local function judgeRates(rules, running)
  local found, failed, wait = {}, nil, 0
  for i, r in ipairs(rules) do
    loadRate(r)
    local own = waitOf(r)
    found[#found + 1] = int(r.used); found[#found + 1] = int(own)
    if own > 0 then failed = failed or {int(i - 1), int(r.used)}; wait = math.max(wait, own) end
  end
  if not failed and running and running.user then
    local n = runningBut(runningKey(), running.id)
    if n >= running.user then failed = {'user', int(n)} end
  end
  if not failed and running and running.key then
    local n = runningBut(runningKey(running.keyId), running.id)
    if n >= running.key then failed = {'key', int(n)} end
  end
  return table.concat(found, ' '), failed, int(wait)
end

local function stay(keyId, id)
  for _, key in ipairs({runningKey(), runningKey(keyId)}) do
    redis.call('ZREMRANGEBYSCORE', key, '-inf', int(at))
    redis.call('ZADD', key, int(at + LEASE), id); redis.call('PEXPIRE', key, 2 * LEASE)
  end
end
`;
