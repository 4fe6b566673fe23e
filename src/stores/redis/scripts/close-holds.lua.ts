import { defineScript } from "../run-script";

/** Writes records of ended holds for the epoch that a rebuild is about to begin; until then they are of no epoch that counts. */
export const CLOSE_HOLDS = defineScript(
  "close-holds",
  `-- KEYS  1 lock  2.. holds      ARGV  1 token  2 epoch to come  3 one letter per hold: S settled, V voided
-- Reply 1 · 0: the lock was lost
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return '0' end
for i = 2, #KEYS do
  redis.call('DEL', KEYS[i])
  redis.call('HSET', KEYS[i], 'e', ARGV[2], 'st', string.sub(ARGV[3], i - 1, i - 1))
  redis.call('EXPIRE', KEYS[i], 1800)
end
return '1'
`,
);
