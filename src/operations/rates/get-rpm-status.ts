import { existing } from "../existing";
import { defineOperation } from "../operation";
import { toIso } from "../to-output";
import { RpmStatus, RpmStatusInput } from "./schema";

/** Where a user stands with requests per minute, from the counters that enforce (channels-and-rates.md R14). */
export const getRpmStatus = defineOperation({
  name: "rates.rpmStatus",
  method: "GET",
  path: "/users/{id}/rpm-status",
  summary: "Reads how many requests per minute a user has made, what its rates say, and which of them decides.",
  permission: "rates:read",
  input: RpmStatusInput,
  output: RpmStatus,
  errors: ["not_found", "database_unavailable"],
  async run({ id }, { ports }) {
    const { at, targets, groups, ...status } = existing(await ports.quotas.rpmStatus(id));
    const names = new Map((await ports.modelGroups.list({})).map((group) => [group.id, group.name]));
    return {
      output: {
        ...status,
        asOf: toIso(at),
        groups: [...groups],
        targets: targets.map(({ modelGroupId, ...target }) => ({
          ...target,
          modelGroupId,
          modelGroupName: modelGroupId === null ? null : (names.get(modelGroupId) ?? null),
        })),
      },
    };
  },
});
