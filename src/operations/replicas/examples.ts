import type { ExamplesOf } from "../operation-example";

/** Examples of the operations on replicas. */
export const REPLICA_EXAMPLES: ExamplesOf<"replicas.list"> = {
  "replicas.list": {
    input: {},
    output: {
      items: [
        {
          ...{ id: "gateway-1-5f2a", role: "all", version: "0.5.0", configVersion: 42 },
          ...{ startedAt: "2026-11-21T08:00:00.000Z", seenAt: "2026-11-21T14:03:00.000Z" },
        },
      ],
    },
  },
};
