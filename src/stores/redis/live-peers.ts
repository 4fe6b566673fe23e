import type { TallyMinute } from "@/core/channels/channel-tally";
import type { LivePeers, LiveReport } from "@/core/channels/live-peers";
import type { CounterPlace } from "./redis-keys";
import { runScript } from "./run-script";
import { LIST_LIVE, TELL_LIVE } from "./scripts/live-reports.lua";

/** What telling works with. `replica` is random per start; a report is over after `ttlMs`, 30 s unless told. */
export type LivePeersOptions = CounterPlace & { readonly replica: string; readonly ttlMs?: number };

const TTL_MS = 30_000;

type Minutes = LiveReport["minutes"];
type Kept = { readonly at: string; readonly minutes: Minutes };

/** What replicas counted, one text each in a hash; a text that was read is not read again until it is another. */
export function redisLivePeers({ client, keys, replica, ttlMs = TTL_MS }: LivePeersOptions): LivePeers {
  let known = new Map<string, Kept>();
  return {
    async tell(minutes) {
      await runScript(client, TELL_LIVE, { keys: [keys.liveReports], args: [replica, textOf(minutes), ttlMs] });
    },
    async others() {
      const args = [ttlMs, ...[...known].flatMap(([name, { at }]) => [name, at])];
      const reply = (await runScript(client, LIST_LIVE, { keys: [keys.liveReports], args })) as string[];
      const found = new Map<string, Kept>();
      const reports: LiveReport[] = [];
      for (let index = 0; index + 3 < reply.length; index += 4) {
        const [name = "", ageMs = "0", at = "", text = ""] = reply.slice(index, index + 4);
        if (name === replica) continue;
        const minutes = text === "" ? known.get(name)?.minutes : readText(text);
        if (minutes === undefined) continue;
        found.set(name, { at, minutes });
        reports.push({ ageMs: Number(ageMs), minutes });
      }
      known = found;
      return reports;
    },
    async close() {
      await client.hdel(keys.liveReports, replica);
    },
  };
}

/** Short: it is told every 10 s, of each minute the numbers in their order. */
type Told = readonly (readonly [channelId: number, minutes: readonly ToldMinute[]])[];
type ToldMinute = readonly [ago: number, sent: number, full: number, timeout: number, waits: TallyMinute["waits"]];

function textOf(minutes: Minutes): string {
  const told: Told = [...minutes].map(([channelId, list]) => [
    channelId,
    list.map(({ ago, sent, full, timeout, waits }): ToldMinute => [ago, sent, full, timeout, waits]),
  ]);
  return JSON.stringify(told);
}

function readText(text: string): Minutes {
  const told = JSON.parse(text) as Told;
  return new Map(
    told.map(([channelId, list]) => [
      channelId,
      list.map(([ago, sent, full, timeout, waits]): TallyMinute => ({ ago, sent, full, timeout, waits })),
    ]),
  );
}
