import { dayOf } from "@/lib/time-zone";
import { isOwnKey, ownUserId } from "../existing";
import { defineOperation } from "../operation";
import { readSettings } from "../read-settings";
import { toIso } from "../to-output";
import { OwnSummary, OwnSummaryInput } from "./schema";
import { sumsOutput } from "./sums-output";

const DAY_MS = 86_400_000;

/** The actor's own numbers; of a sign-in with a key, those of that key. */
export const getOwnSummary = defineOperation({
  name: "me.summary",
  method: "GET",
  path: "/me/summary",
  summary: "Reads one's own spend and requests of today and of the last 30 days.",
  permission: "me:read",
  input: OwnSummaryInput,
  output: OwnSummary,
  errors: [],
  async run(_input, { ports, actor, now }) {
    const userId = ownUserId(actor);
    const zone = (await readSettings(ports.settings)).timeZone;
    const { day, from, to } = dayOf(now, zone);
    const first = dayOf(from - 29 * DAY_MS + DAY_MS / 2, zone).from;
    const keys = (await ports.keys.list({ userId })).filter(({ id }) => isOwnKey(actor, id));
    const whose = actor.keyId === undefined ? { userId } : { userId, keyId: actor.keyId };
    const isActive = (key: { enabled: boolean; expiresAt: number | null }) =>
      key.enabled && (key.expiresAt === null || key.expiresAt > now);
    return {
      output: {
        zone,
        day,
        from: toIso(from),
        to: toIso(to),
        today: sumsOutput(await ports.requests.summary({ ...whose, from, to })),
        last30Days: sumsOutput(await ports.requests.summary({ ...whose, from: first, to })),
        keys: { active: keys.filter(isActive).length, total: keys.length },
      },
    };
  },
});
