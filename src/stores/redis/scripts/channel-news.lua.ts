import { defineScript } from "../run-script";

const NOW = `local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local function over(value) return value and tonumber(string.match(value, '^%d+')) or 0 end`;

/** Keeps how a channel stands, for replicas that join and those that look. */
export const KEEP_NEWS = defineScript(
  "keep-news",
  `-- KEYS  1 hash: name -> instant it is over, epoch ms, and text      ARGV  1 name  2 ms from now  3 text; empty: forget it  4 '1': only if it is over later
-- Reply '1' · '0': what is known is over later
${NOW}
local STATE, NAME, TEXT = KEYS[1], ARGV[1], ARGV[3]
if TEXT == '' then redis.call('HDEL', STATE, NAME); return '1' end
local at = now + tonumber(ARGV[2])
if ARGV[4] == '1' and over(redis.call('HGET', STATE, NAME)) >= at then return '0' end
redis.call('HSET', STATE, NAME, string.format('%d ', at) .. TEXT)
redis.call('PEXPIRE', STATE, 86400000)
return '1'
`,
);

/** Reads how all channels stand. */
export const LIST_NEWS = defineScript(
  "list-news",
  `-- KEYS  1 hash of keep-news      ARGV  1 ms after its end at which an entry is forgotten
-- Reply name, ms until it is over (0: it is), instant and text.. of each entry
${NOW}
local reply = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local left = over(all[i + 1]) - now
  if left < -tonumber(ARGV[1]) then redis.call('HDEL', KEYS[1], all[i])
  else
    reply[#reply + 1] = all[i]
    reply[#reply + 1] = string.format('%d', math.max(0, left))
    reply[#reply + 1] = all[i + 1]
  end
end
return reply
`,
);

/** Gives the right to probe a channel to one request. */
export const TAKE_PROBE = defineScript(
  "take-probe",
  `-- KEYS  1 hash of keep-news  2 who probes      ARGV  1 name of the channel's entry  2 holder  3 ms
-- Reply '1': it is the holder's · '0': another has it, or the channel is not due yet
${NOW}
if over(redis.call('HGET', KEYS[1], ARGV[1])) > now then return '0' end
if redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) then return '1' end
return '0'
`,
);

/** Prolongs the right of its holder, or ends it. */
export const HOLD_PROBE = defineScript(
  "hold-probe",
  `-- KEYS  1 who probes      ARGV  1 holder  2 ms; 0: it ends
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return '0' end
if ARGV[2] == '0' then redis.call('DEL', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return '1'
`,
);
