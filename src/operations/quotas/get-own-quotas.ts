import type { UserQuotas } from "@/core/quota-ports";
import { existing, isOwnKey, ownUserId } from "../existing";
import { toTarget } from "../limit-target";
import { defineOperation } from "../operation";
import { readSettings } from "../read-settings";
import { toIso } from "../to-output";
import { quotaWindow } from "./quota-output";
import { OwnQuotas, OwnQuotasInput } from "./schema";

/** Where the actor stands, by target (dashboard.md 7.5). Another user's key is `not_found`, like an unknown one (SEC4). */
export const getOwnQuotas = defineOperation({
  name: "me.quotas",
  method: "GET",
  path: "/me/quotas",
  summary: "Reads one's own limits with their counters, and with a key that key's too.",
  permission: "me:read",
  input: OwnQuotasInput,
  output: OwnQuotas,
  errors: ["not_found", "database_unavailable"],
  async run(input, { ports, actor }) {
    const { keyId = actor.keyId ?? null } = input;
    const isSeen = keyId === null || isOwnKey(actor, keyId);
    const [read] = isSeen ? await ports.quotas.read({ userIds: [ownUserId(actor)], keyId }) : [];
    const quotas = existing(read ?? null);
    const groups = new Map((await ports.modelGroups.list({})).map((group) => [group.id, group]));
    return {
      output: {
        asOf: toIso(quotas.at),
        zone: (await readSettings(ports.settings)).timeZone,
        source: quotas.source,
        rates: [],
        cards: targetsOf(quotas).map((modelGroupId) => {
          const group = modelGroupId === null ? undefined : groups.get(modelGroupId);
          const items = quotas.items.filter(({ cell }) => cell.modelGroupId === modelGroupId);
          return {
            target: toTarget(modelGroupId),
            targetName: group?.name ?? null,
            models: [...(group?.models ?? [])],
            windows: items.map((item) => quotaWindow(item, quotas.caller)),
          };
        }),
      },
    };
  },
});

/** Model groups with limits of their own, by id, then everything else: a card without a window is unlimited. */
function targetsOf({ items }: UserQuotas): readonly (number | null)[] {
  const ids = new Set(items.flatMap(({ cell }) => (cell.modelGroupId === null ? [] : [cell.modelGroupId])));
  return [...[...ids].sort((a, b) => a - b), null];
}
