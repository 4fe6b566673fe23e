import type { Job } from "./job";

/** Keeps the partitions of this month and the next ones ready (reliability-and-security.md F31). */
export const ensurePartitions: Job = {
  name: "ensure-partitions",
  everyMs: 6 * 3_600_000,
  scope: "cluster",
  async run({ ensurePartitions: ensure, log }, now) {
    const { made, blocked } = await ensure(now);
    if (made.length > 0) log.info({ made }, "partitions made");
    if (blocked.length > 0) log.error({ blocked }, "rows lie in the default partition");
  },
};
