import { defineScript } from "../run-script";

/** Shares a snapshot of a key; a newer one stays. */
export const SHARE_SNAPSHOT = defineScript(
  "share-snapshot",
  `-- KEYS  1 snapshot  ARGV  1 config version  2 text  3 life in ms
-- Reply 1 written · 0 a newer one is there
local known = redis.call('HGET', KEYS[1], 'v')
if known and tonumber(known) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[1], 't', ARGV[2], 'l', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`,
);

/** Reads a shared snapshot. */
export const READ_SNAPSHOT = defineScript(
  "read-snapshot",
  `-- KEYS  1 snapshot
-- Reply text, whole life in ms, what is left of it in ms · false
local found = redis.call('HMGET', KEYS[1], 't', 'l')
if not found[1] then return false end
return {found[1], found[2], redis.call('PTTL', KEYS[1])}
`,
);
