import { defineScript } from "../run-script";

/** Notes that a user has open holds, unless that is known; beside the domain, as it lies in another slot. */
export const INDEX_USER = defineScript(
  "index-user",
  `-- KEYS  1 users with open holds      ARGV  1 expiry, epoch ms  2 user id
redis.call('ZADD', KEYS[1], 'NX', ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], 172800)
return '1'
`,
);
