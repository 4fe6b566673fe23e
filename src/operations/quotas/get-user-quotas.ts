import { existing } from "../existing";
import { defineOperation } from "../operation";
import { readSettings } from "../read-settings";
import { toIso } from "../to-output";
import { quotaCell } from "./quota-output";
import { UserQuotas, UserQuotasInput } from "./schema";

/** Where a user stands, from the counters that enforce. */
export const getUserQuotas = defineOperation({
  name: "users.limits",
  method: "GET",
  path: "/users/{id}/limits",
  summary: "Reads every limit of a user with its counter, and with a key that key's too.",
  permission: "limits:read",
  input: UserQuotasInput,
  output: UserQuotas,
  errors: ["not_found", "database_unavailable"],
  async run({ id, keyId = null }, { ports }) {
    const [read] = await ports.quotas.read({ userIds: [id], keyId });
    const { at, source, items, caller } = existing(read ?? null);
    const names = new Map((await ports.modelGroups.list({})).map((group) => [group.id, group.name]));
    return {
      output: {
        ...{ asOf: toIso(at), zone: (await readSettings(ports.settings)).timeZone, source },
        ...{ userId: id, keyId },
        cells: items.map((item) => quotaCell(item, caller, names)),
      },
    };
  },
});
