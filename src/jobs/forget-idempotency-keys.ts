import { IDEMPOTENCY_MS } from "@/core/idempotency/idempotency-store";
import type { Job } from "./job";

const AT_A_TIME = 10_000;

/** Forgets replies of idempotency keys that are older than a day; they are given to nobody any more. */
export const forgetIdempotencyKeys: Job = {
  name: "forget-idempotency-keys",
  everyMs: 3_600_000,
  scope: "cluster",
  async run({ forgetIdempotencyKeys: forget }, now) {
    let gone = AT_A_TIME;
    while (gone === AT_A_TIME) gone = await forget(now - IDEMPOTENCY_MS, AT_A_TIME);
  },
};
