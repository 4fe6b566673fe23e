import { defineScript } from "../run-script";
import { SLOTS } from "./slots.lua";

/** A waiter whose time is over, or who is not wanted any more (channels-and-rates.md L5). */
export const LEAVE_QUEUE = defineScript(
  "leave-queue",
  `-- ARGV  6 token  7 1: keep a slot that it has got by now
-- Status granted | left
${SLOTS}
local token = ARGV[6]
if ARGV[7] == '1' and redis.call('ZSCORE', LEASE, token) then return reply('granted') end
leave(token)
if redis.call('ZREM', LEASE, token) == 1 then promote() end
return reply('left')
`,
);
