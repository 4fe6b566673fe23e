import { defineScript } from "../run-script";

const NOW = `local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

/** Keeps what a replica counted. */
export const TELL_LIVE = defineScript(
  "tell-live",
  `-- KEYS  1 hash: replica -> instant it told, epoch ms, and text      ARGV  1 replica  2 text  3 ms that nobody may tell before all is forgotten
-- Reply '1'
${NOW}
redis.call('HSET', KEYS[1], ARGV[1], string.format('%d ', now) .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return '1'
`,
);

/** Reads what the replicas counted. A text that is known is not sent again. */
export const LIST_LIVE = defineScript(
  "list-live",
  `-- KEYS  1 hash of tell-live      ARGV  1 ms after which a report is over, then replica and instant of each report that is known..
-- Reply replica, age ms, instant and text (empty: it is known).. of each report
${NOW}
local known = {}
for i = 2, #ARGV, 2 do known[ARGV[i]] = ARGV[i + 1] end
local reply = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local at, text = string.match(all[i + 1], '^(%d+) (.*)$')
  local age = now - tonumber(at)
  if age > tonumber(ARGV[1]) then redis.call('HDEL', KEYS[1], all[i])
  else
    reply[#reply + 1] = all[i]
    reply[#reply + 1] = string.format('%d', math.max(0, age))
    reply[#reply + 1] = at
    reply[#reply + 1] = known[all[i]] == at and '' or text
  end
end
return reply
`,
);
