import { LIVES } from "@/core/quota/domain";
import type { ExpiredHold } from "@/core/quota/quota-store";
import { readExpireReply, texts, whole } from "./quota-replies";
import type { CounterPlace } from "./redis-keys";
import { runScript } from "./run-script";
import { EXPIRE } from "./scripts/expire.lua";
import { INDEX_USER } from "./scripts/index-user.lua";

/** A replica notes a user again for holds that end this much later. */
export const NOTE_AGAIN_MS = 5_000;
/** After this long without a step of the domain no replica counts on an earlier note: the time of a note twice, for the way it takes. */
const IDLE_MS = 2 * NOTE_AGAIN_MS;

/** Users who are looked at together, and who are taken from each of the sets at most. */
const USERS_PER_TURN = 200;
const USERS_PER_SHARD = 5_000;

/** Where to look for holds that are over, and the shortest time that one is opened for, in ms. */
type ExpiryPlace = CounterPlace & { readonly leastTtlMs: number };

type Due = { readonly userId: number; readonly holdId: string; readonly expiresAt: number };

/**
 * `QuotaStore.expired` on Redis. The sets of users with open holds lie in other slots than the domains and are best effort: an entry is due
 * before any of the user's holds is over, and is then set to the next expiry, or dropped when nothing is open and nobody calls.
 */
export async function expiredHolds(place: ExpiryPlace, limit: number): Promise<readonly ExpiredHold[]> {
  const now = await readTime(place);
  const users = await dueUsers(place, now);
  const due: Due[] = [];
  // A user whose entry is due may have nothing that is over: the next ones are looked at until there is enough.
  for (let from = 0; from < users.length && due.length < limit; from += USERS_PER_TURN) {
    const some = users.slice(from, from + USERS_PER_TURN);
    due.push(...(await answered(some.map((userId) => dueHolds(place, userId, { now, limit })))).flat());
  }
  const oldest = due.sort((a, b) => a.expiresAt - b.expiresAt).slice(0, limit);
  const expired = await answered(oldest.map((hold) => expireHold(place, hold)));
  return expired.filter((hold) => hold !== null);
}

/** Notes that a user has open holds. */
export async function indexUser({ client, keys }: CounterPlace, userId: number, expiresAt: number): Promise<void> {
  await runScript(client, INDEX_USER, { keys: [keys.openUsers(userId)], args: [expiresAt, userId] });
}

/** What was answered: one user's broken key must not keep all others waiting. Throws the first fault when nothing was. */
async function answered<Value>(calls: readonly Promise<Value>[]): Promise<Value[]> {
  const results = await Promise.allSettled(calls);
  const values = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined && values.length === 0) throw failed.reason;
  return values;
}

/** Users whose entries are due, the earliest first. */
async function dueUsers({ client, keys }: CounterPlace, now: number): Promise<readonly number[]> {
  const shards = await Promise.all(
    keys
      .allOpenUsers()
      .map((key) => client.zrange(key, "-inf", String(now), "BYSCORE", "LIMIT", 0, USERS_PER_SHARD, "WITHSCORES")),
  );
  const entries = shards.flatMap((shard) =>
    Array.from({ length: shard.length / 2 }, (_, at) => ({
      userId: whole(shard[at * 2]),
      expiresAt: whole(shard[at * 2 + 1]),
    })),
  );
  return entries.sort((a, b) => a.expiresAt - b.expiresAt).map(({ userId }) => userId);
}

async function readTime({ client }: CounterPlace): Promise<number> {
  const [seconds, micros] = await client.time();
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}

async function dueHolds(
  place: ExpiryPlace,
  userId: number,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<readonly Due[]> {
  const { open } = place.keys.domain(userId);
  const due = readEntries(
    await place.client.zrange(open, "-inf", String(now), "BYSCORE", "LIMIT", 0, limit, "WITHSCORES"),
    userId,
  );
  if (due.length === 0) await indexAgain(place, { userId, now });
  return due;
}

/**
 * Sets the user's entry to the next expiry. While the user calls, replicas count on what they noted: the entry then stays, before the end of any
 * hold that may be opened meanwhile. What was opened while it was dropped is found by looking again.
 */
async function indexAgain(
  place: ExpiryPlace,
  { userId, now }: { readonly userId: number; readonly now: number },
): Promise<void> {
  const { client, keys } = place;
  const { open, meta } = keys.domain(userId);
  const [next, left] = await Promise.all([firstExpiry(client, open), client.pttl(meta)]);
  const isIdle = left <= LIVES.domainMs - IDLE_MS;
  const lookAt = isIdle ? next : Math.min(next ?? Infinity, now + place.leastTtlMs);
  if (lookAt !== null) {
    await client.zadd(keys.openUsers(userId), "XX", lookAt, String(userId));
    return;
  }
  await client.zrem(keys.openUsers(userId), String(userId));
  const opened = await firstExpiry(client, open);
  if (opened !== null) await indexUser(place, userId, opened);
}

async function firstExpiry(client: CounterPlace["client"], open: string): Promise<number | null> {
  const [, score] = texts(await client.zrange(open, "0", "0", "WITHSCORES"));
  return score === undefined ? null : whole(score);
}

function readEntries(reply: readonly string[], userId: number): readonly Due[] {
  return Array.from({ length: reply.length / 2 }, (_, at) => ({
    userId,
    holdId: reply[at * 2] ?? "",
    expiresAt: whole(reply[at * 2 + 1]),
  }));
}

async function expireHold({ client, keys }: CounterPlace, { userId, holdId }: Due): Promise<ExpiredHold | null> {
  const domain = keys.domain(userId);
  const named = [domain.meta, domain.open, domain.hold(holdId)];
  return readExpireReply(await runScript(client, EXPIRE, { keys: named, args: [holdId] }), { userId, holdId });
}
