import { defineOperation } from "../operation";
import { toIso } from "../to-output";
import { ListReplicasInput, ReplicaList } from "./schema";

/** A process that was not heard of for this long is not running any more. */
const SILENT_MS = 60_000;

/** The running processes and the configuration each works by. */
export const listReplicas = defineOperation({
  name: "replicas.list",
  method: "GET",
  path: "/replicas",
  summary: "Lists the running processes and the configuration version of each.",
  permission: "system:read",
  input: ListReplicasInput,
  output: ReplicaList,
  errors: [],
  async run(_input, { ports, now }) {
    const rows = await ports.replicas.list(now - SILENT_MS);
    const items = rows.map(({ id, role, release, configVersion, startedAt, seenAt }) => ({
      ...{ id, role, version: release, configVersion },
      ...{ startedAt: toIso(startedAt), seenAt: toIso(seenAt) },
    }));
    return { output: { items } };
  },
});
