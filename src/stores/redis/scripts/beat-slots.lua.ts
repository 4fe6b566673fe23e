import { defineScript } from "../run-script";
import { SLOTS } from "./slots.lua";

/**
 * What one replica has of a channel: renews it, notes again what the store has lost, and ends what was not told before. Tickets keep their number, so
 * that they are before those who came later (channels-and-rates.md L18, L20).
 */
export const BEAT_SLOTS = defineScript(
  "beat-slots",
  `-- ARGV  6 slots that the limiter does not count  7 JSON {running: [token], tickets: [[token, key, number]], ended: [token]}
-- Status beat; value: JSON list of running tokens that were not known
${SLOTS}
local list = cjson.decode(ARGV[7])
for _, token in ipairs(list.ended) do leave(token); redis.call('ZREM', LEASE, token) end
local unknown = {}
for _, token in ipairs(list.running) do
  if not redis.call('ZSCORE', LEASE, token) then unknown[#unknown + 1] = token end
  lease(token)
end
for _, ticket in ipairs(list.tickets) do
  local token, key, number = ticket[1], ticket[2], ticket[3]
  if redis.call('ZSCORE', LEASE, token) then lease(token); tell('g', token)
  elseif redis.call('ZSCORE', QUEUE, token) then redis.call('ZADD', TEXP, int(at + TTL), token)
  else
    enter(token, key, number, int(math.floor(tonumber(number) / 1000)))
    local last = tonumber(redis.call('GET', SEQ) or 0)
    redis.call('SET', SEQ, int(math.max(last, tonumber(number))))
  end
end
if ARGV[6] == '0' then redis.call('HDEL', OFF, REPLICA) else redis.call('HSET', OFF, REPLICA, ARGV[6] .. ' ' .. int(at + TTL)) end
promote()
return reply('beat', cjson.encode(unknown))
`,
);
