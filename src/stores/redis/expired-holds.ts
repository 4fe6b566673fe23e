import type { ExpiredHold } from "@/core/quota/quota-store";
import type { RedisClient } from "./client";
import { readExpireReply, texts, whole } from "./quota-replies";
import { domainKeys, openUsersKey, openUsersKeys } from "./redis-keys";
import { runScript } from "./run-script";
import { EXPIRE } from "./scripts/expire.lua";
import { INDEX_USER } from "./scripts/index-user.lua";

type Due = { readonly userId: number; readonly holdId: string; readonly expiresAt: number };

/**
 * `QuotaStore.expired` on Redis. The sets of users with open holds lie in other slots than the domains and are best effort: an entry is due when
 * one of the user's holds was, and is then set to the next expiry, or dropped when nothing is open.
 */
export async function expiredHolds(client: RedisClient, limit: number): Promise<readonly ExpiredHold[]> {
  const now = await readTime(client);
  const users = await dueUsers(client, { now, limit });
  const due = (await answered(users.map((userId) => dueHolds(client, userId, { now, limit })))).flat();
  const oldest = due.sort((a, b) => a.expiresAt - b.expiresAt).slice(0, limit);
  const expired = await answered(oldest.map((hold) => expireHold(client, hold)));
  return expired.filter((hold) => hold !== null);
}

/** Notes that a user has open holds. */
export async function indexUser(client: RedisClient, userId: number, expiresAt: number): Promise<void> {
  await runScript(client, INDEX_USER, { keys: [openUsersKey(userId)], args: [expiresAt, userId] });
}

/** What was answered: one user's broken key must not keep all others waiting. Throws the first fault when nothing was. */
async function answered<Value>(calls: readonly Promise<Value>[]): Promise<Value[]> {
  const results = await Promise.allSettled(calls);
  const values = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined && values.length === 0) throw failed.reason;
  return values;
}

/** At most `limit` users, those with the earliest expiry first. */
async function dueUsers(
  client: RedisClient,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<readonly number[]> {
  const shards = await Promise.all(
    openUsersKeys().map((key) => client.zrange(key, "-inf", String(now), "BYSCORE", "LIMIT", 0, limit, "WITHSCORES")),
  );
  const entries = shards.flatMap((shard) =>
    Array.from({ length: shard.length / 2 }, (_, at) => ({
      userId: whole(shard[at * 2]),
      expiresAt: whole(shard[at * 2 + 1]),
    })),
  );
  return entries
    .sort((a, b) => a.expiresAt - b.expiresAt)
    .slice(0, limit)
    .map(({ userId }) => userId);
}

async function readTime(client: RedisClient): Promise<number> {
  const [seconds, micros] = await client.time();
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}

async function dueHolds(
  client: RedisClient,
  userId: number,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<readonly Due[]> {
  const { open } = domainKeys(userId);
  const due = readEntries(
    await client.zrange(open, "-inf", String(now), "BYSCORE", "LIMIT", 0, limit, "WITHSCORES"),
    userId,
  );
  if (due.length === 0) await indexAgain(client, userId);
  return due;
}

/** Sets the user's entry to the next expiry. What was opened while it was dropped is found by looking again. */
async function indexAgain(client: RedisClient, userId: number): Promise<void> {
  const { open } = domainKeys(userId);
  const next = await firstExpiry(client, open);
  if (next !== null) {
    await client.zadd(openUsersKey(userId), "XX", next, String(userId));
    return;
  }
  await client.zrem(openUsersKey(userId), String(userId));
  const opened = await firstExpiry(client, open);
  if (opened !== null) await indexUser(client, userId, opened);
}

async function firstExpiry(client: RedisClient, open: string): Promise<number | null> {
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

async function expireHold(client: RedisClient, { userId, holdId }: Due): Promise<ExpiredHold | null> {
  const domain = domainKeys(userId);
  const keys = [domain.meta, domain.open, domain.hold(holdId)];
  return readExpireReply(await runScript(client, EXPIRE, { keys, args: [holdId] }), { userId, holdId });
}
