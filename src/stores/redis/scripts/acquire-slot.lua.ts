import { defineScript } from "../run-script";
import { SLOTS } from "./slots.lua";

/** A slot, a place in the queue, or neither; the same token again gets the same answer (channels-and-rates.md L1). */
export const ACQUIRE_SLOT = defineScript(
  "acquire-slot",
  `-- ARGV  6 epoch that this replica's slots and tickets are noted in, '' without any  7 token  8 key id  9 1: may wait
-- Status register (another epoch: note them first) | granted | waits (value: ticket number) | gone | capacity | queue | key_share
${SLOTS}
local known, token, key = ARGV[6], ARGV[7], ARGV[8]
if known ~= '' and known ~= epoch then return reply('register') end
if redis.call('ZSCORE', LEASE, token) then return reply('granted') end
local number = redis.call('ZSCORE', QUEUE, token)
if number then return reply('waits', int(tonumber(number))) end
if not isOpen then return reply('gone') end
local waiting = redis.call('ZCARD', QUEUE)
if not isBounded or (waiting == 0 and redis.call('ZCARD', LEASE) < capacity) then
  lease(token)
  return reply('granted')
end
if mode == 'reject' or ARGV[9] ~= '1' then return reply('capacity') end
if waiting >= size then return reply('queue') end
if tonumber(redis.call('HGET', BYKEY, key) or 0) >= (share or size) then return reply('key_share') end
number = int(math.max((tonumber(redis.call('GET', SEQ) or 0)) + 1, micros))
redis.call('SET', SEQ, number)
enter(token, key, number, int(at))
return reply('waits', number)
`,
);
