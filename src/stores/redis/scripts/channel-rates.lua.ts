import { defineScript } from "../run-script";

/*
 * The twins of `rateWaitMs`, `takeRates` and `correctRates` in core/channels/channel-rates.ts. A window is one text, `last:count` of each slice with
 * a space between them, oldest first; it lives two periods after it was written.
 */
const WINDOWS = `local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local PERIOD = tonumber(ARGV[1])
local function int(n) return string.format('%.0f', n) end
local function slice(instant) return math.floor(instant * 60 / PERIOD) end

local function read(key)
  local slices, used = {}, 0
  for last, count in string.gmatch(redis.call('GET', key) or '', '(%d+):(%d+)') do
    last, count = tonumber(last), tonumber(count)
    if #slices > 0 or last + PERIOD > now then
      slices[#slices + 1] = {last, count}
      used = used + count
    end
  end
  return slices, used
end

local function write(key, slices)
  local texts = {}
  for i, one in ipairs(slices) do texts[i] = int(one[1]) .. ':' .. int(one[2]) end
  redis.call('SET', key, table.concat(texts, ' '), 'PX', int(2 * PERIOD))
end`;

/** Counts a request of a channel in both windows, or in none. */
export const TAKE_RATES = defineScript(
  "take-rates",
  `-- KEYS  1 window of requests  2 window of tokens      ARGV  1 period ms  2 rpm, '-': none  3 tpm, '-': none  4 tokens, at most tpm
-- Reply  ms to wait, 0: counted · store time ms · requests used · tokens used
${WINDOWS}
local rpm, tpm, tokens = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local function wait(slices, used, limit, units)
  if used + units <= limit then return 0 end
  for _, one in ipairs(slices) do
    used = used - one[2]
    if used + units <= limit then return one[1] + PERIOD - now end
  end
  return PERIOD
end

local function take(key, slices, units)
  local newest = slices[#slices]
  local at = newest and math.max(now, newest[1]) or now
  if newest and slice(newest[1]) == slice(at) then slices[#slices] = {at, newest[2] + units}
  else slices[#slices + 1] = {at, units} end
  write(key, slices)
end

local requests, requested, spent, used = {}, 0, {}, 0
local pause = 0
if rpm then
  requests, requested = read(KEYS[1])
  pause = wait(requests, requested, rpm, 1)
end
if tpm then
  spent, used = read(KEYS[2])
  pause = math.max(pause, wait(spent, used, tpm, tokens))
end
if pause > 0 then return {int(pause), int(now), int(requested), int(used)} end
if rpm then take(KEYS[1], requests, 1); requested = requested + 1 end
if tpm then take(KEYS[2], spent, tokens); used = used + tokens end
return {'0', int(now), int(requested), int(used)}
`,
);

/** Puts right what was counted of a request. */
export const CORRECT_RATES = defineScript(
  "correct-rates",
  `-- KEYS  1 window of requests  2 window of tokens      ARGV  1 period ms  2 when it was counted, store time ms  3 requests to add  4 tokens to add
-- Reply '1'
${WINDOWS}
local taken = slice(tonumber(ARGV[2]))
for i = 1, 2 do
  local by = tonumber(ARGV[i + 2])
  if by ~= 0 then
    local slices = read(KEYS[i])
    for _, one in ipairs(slices) do
      if slice(one[1]) == taken then one[2] = math.max(0, one[2] + by) end
    end
    if #slices > 0 then write(KEYS[i], slices) end
  end
end
return '1'
`,
);
