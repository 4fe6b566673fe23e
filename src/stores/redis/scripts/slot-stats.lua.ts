import { defineScript } from "../run-script";
import { SLOTS } from "./slots.lua";

/** Figures of one channel over all replicas (channels-and-rates.md section 4). */
export const SLOT_STATS = defineScript(
  "slot-stats",
  `-- ARGV  6 slots of this replica that the limiter does not count
-- Status stats; value: JSON [mode, in flight, queue size or -1, wait of the head ms]
${SLOTS}
local inFlight = redis.call('ZCARD', LEASE) + tonumber(ARGV[6])
local others = redis.call('HGETALL', OFF)
for i = 1, #others, 2 do
  local count, expiry = string.match(others[i + 1], '^(%d+) (%d+)$')
  if tonumber(expiry) <= at then redis.call('HDEL', OFF, others[i])
  elseif others[i] ~= REPLICA then inFlight = inFlight + tonumber(count) end
end
local head = redis.call('ZRANGE', QUEUE, 0, 0)[1]
local since = head and string.match(redis.call('HGET', TICKET, head) or '', '(%d+)$')
return reply('stats', cjson.encode({mode, inFlight, tonumber(cfg[4]) or -1, since and math.max(0, at - tonumber(since)) or 0}))
`,
);
