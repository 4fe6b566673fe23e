import type { TallyMinute } from "@/core/channels/channel-tally";
import type { ChannelReport, LivePeers, LiveReport } from "@/core/channels/live-peers";
import type { CounterPlace } from "./redis-keys";
import { runScript } from "./run-script";
import { LIST_LIVE, TELL_LIVE } from "./scripts/live-reports.lua";

/** What telling works with. `replica` is random per start; a report is over after `ttlMs`, 30 s unless told. */
export type LivePeersOptions = CounterPlace & { readonly replica: string; readonly ttlMs?: number };

const TTL_MS = 30_000;

type Channels = LiveReport["channels"];
type Kept = { readonly at: string; readonly channels: Channels };

/** What replicas counted, one text each in a hash; a text that was read is not read again until it is another. */
export function redisLivePeers({ client, keys, replica, ttlMs = TTL_MS }: LivePeersOptions): LivePeers {
  let known = new Map<string, Kept>();
  return {
    async tell(channels) {
      await runScript(client, TELL_LIVE, { keys: [keys.liveReports], args: [replica, textOf(channels), ttlMs] });
    },
    async others() {
      const args = [ttlMs, ...[...known].flatMap(([name, { at }]) => [name, at])];
      const reply = (await runScript(client, LIST_LIVE, { keys: [keys.liveReports], args })) as string[];
      const found = new Map<string, Kept>();
      const reports: LiveReport[] = [];
      for (let index = 0; index + 3 < reply.length; index += 4) {
        const [name = "", ageMs = "0", at = "", text = ""] = reply.slice(index, index + 4);
        if (name === replica) continue;
        const channels = text === "" ? known.get(name)?.channels : readText(text);
        if (channels === undefined) continue;
        found.set(name, { at, channels });
        reports.push({ ageMs: Number(ageMs), channels });
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
type Told = readonly (readonly [channelId: number, minutes: readonly ToldMinute[], health: ToldHealth])[];
type ToldMinute = readonly [ago: number, sent: number, full: number, timeout: number, waits: TallyMinute["waits"]];
type ToldHealth = readonly [attempts: number, failures: number, isAuthFailed: boolean, isProbing: boolean];

function textOf(channels: Channels): string {
  const told: Told = [...channels].map(([channelId, { minutes, health }]) => [
    channelId,
    minutes.map(({ ago, sent, full, timeout, waits }): ToldMinute => [ago, sent, full, timeout, waits]),
    [health.recent.attempts, health.recent.failures, health.isAuthFailed, health.isProbing],
  ]);
  return JSON.stringify(told);
}

function readText(text: string): Channels {
  const told = JSON.parse(text) as Told;
  return new Map(
    told.map(([channelId, minutes, [attempts, failures, isAuthFailed, isProbing]]): [number, ChannelReport] => [
      channelId,
      {
        minutes: minutes.map(([ago, sent, full, timeout, waits]) => ({ ago, sent, full, timeout, waits })),
        health: { isAuthFailed, isProbing, recent: { attempts, failures } },
      },
    ]),
  );
}
