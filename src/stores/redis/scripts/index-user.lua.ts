import { defineScript } from "../run-script";

/** Notes that a user has open holds and when the first of them may end; beside the domain, as it lies in another slot. */
export const INDEX_USER = defineScript(
  "index-user",
  `-- KEYS  1 users with open holds      ARGV  1 expiry, epoch ms  2 user id
redis.call('ZADD', KEYS[1], 'LT', ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], 172800)
return '1'
`,
);
