import { dayOf } from "@/lib/time-zone";
import { defineOperation } from "../operation";
import { readSettings } from "../read-settings";
import { toIso } from "../to-output";
import { Overview, OverviewInput } from "./schema";
import { sumsOutput } from "./sums-output";

/** Today's numbers in the system's zone and the first steps. */
export const getOverview = defineOperation({
  name: "overview.get",
  method: "GET",
  path: "/overview",
  summary: "Reads today's spend, requests, denials and latency, and the checklist of first steps.",
  permission: "overview:read",
  input: OverviewInput,
  output: Overview,
  errors: [],
  async run(_input, { ports, now }) {
    const zone = (await readSettings(ports.settings)).timeZone;
    const { day, from, to } = dayOf(now, zone);
    const today = sumsOutput(await ports.requests.summary({ from, to }));
    const checklist = {
      channel: (await ports.channels.list()).length > 0,
      key: (await ports.keys.list({})).length > 0,
      request: (await ports.requests.newestSince(0)) !== null,
      dismissed: await ports.setup.isDismissed(),
    };
    return { output: { zone, day, from: toIso(from), to: toIso(to), today, checklist } };
  },
});
