import { randomUUID } from "node:crypto";
import { LIVES } from "@/core/quota/domain";
import type { FillAsk, OpenHold, QuotaStore, RebuildAsk } from "@/core/quota/quota-store";
import { fillArguments, holdValue, keyList, seedValues } from "./quota-arguments";
import { readHeldBucket, readRates, texts, whole } from "./quota-replies";
import type { CounterPlace, DomainKeys } from "./redis-keys";
import { runScript } from "./run-script";
import { ANNOUNCE } from "./scripts/announce.lua";
import { BEGIN_REBUILD } from "./scripts/begin-rebuild.lua";
import { CLOSE_HOLDS } from "./scripts/close-holds.lua";
import { FILL } from "./scripts/fill.lua";
import { REBUILD } from "./scripts/rebuild.lua";

type Begun = Awaited<ReturnType<QuotaStore["beginRebuild"]>>;

const CLOSED_PER_CALL = 500;
const READ_PER_TURN = 200;

/** `QuotaStore.beginRebuild` on Redis. */
export async function beginRebuild(place: CounterPlace, userId: number): Promise<Begun> {
  const { client } = place;
  const domain = place.keys.domain(userId);
  const token = randomUUID();
  const keys = [domain.lock, domain.meta, domain.open];
  const reply = texts(await runScript(client, BEGIN_REBUILD, { keys, args: [token, LIVES.lockMs] }));
  if (reply[0] !== "1") return null;
  const entries = Array.from({ length: (reply.length - 1) / 2 }, (_, at) => ({
    holdId: reply[1 + at * 2] ?? "",
    expiresAt: whole(reply[2 + at * 2]),
  }));
  const holds: OpenHold[] = [];
  for (let from = 0; from < entries.length; from += READ_PER_TURN) {
    const some = entries.slice(from, from + READ_PER_TURN);
    const read = await Promise.all(some.map((entry) => readHold(client, domain, { ...entry, userId })));
    holds.push(...read.filter((hold) => hold !== null));
  }
  return { token, holds };
}

/** `QuotaStore.rebuild` on Redis. Records of closed holds are written first, for an epoch that does not count yet. */
export async function rebuildDomain(place: CounterPlace, ask: RebuildAsk): Promise<boolean> {
  const { client } = place;
  const domain = place.keys.domain(ask.userId);
  // Time first, so that an epoch that a failover brings back is told from a newer one.
  const [seconds] = await client.time();
  const epoch = `${Number(seconds).toString(36)}-${randomUUID()}`;
  if (!(await closeHolds(place, ask, epoch))) return false;
  const keys = keyList([domain.lock, domain.meta, domain.open]);
  const names = { keys, domain };
  for (const bucket of [...ask.seeds, ...ask.holds.flatMap((hold) => hold.buckets)])
    keys.numberOf(domain.bucket(bucket));
  const lastBucket = keys.list().length;
  const seeds = seedValues(ask.seeds, names);
  const given = JSON.stringify({ seeds, holds: ask.holds.map((hold) => holdValue(hold, names)) });
  const args = [ask.token, epoch, ...fillArguments(ask), given, lastBucket];
  return (await runScript(client, REBUILD, { keys: keys.list(), args })) === "1";
}

/** `QuotaStore.fill` on Redis. */
export async function fillDomain(place: CounterPlace, ask: FillAsk): Promise<boolean> {
  const domain = place.keys.domain(ask.userId);
  const keys = keyList([domain.meta]);
  const seeds = JSON.stringify(seedValues(ask.seeds, { keys, domain }));
  return (await runScript(place.client, FILL, { keys: keys.list(), args: [...fillArguments(ask), seeds] })) === "1";
}

/** `QuotaStore.announce` of one hold on Redis. */
export async function announceHold(place: CounterPlace, hold: OpenHold): Promise<void> {
  const domain = place.keys.domain(hold.userId);
  const keys = keyList([domain.meta, domain.open, domain.hold(hold.holdId)]);
  const value = JSON.stringify(holdValue(hold, { keys, domain }));
  await runScript(place.client, ANNOUNCE, { keys: keys.list(), args: [value] });
}

async function closeHolds(place: CounterPlace, { userId, token, closed }: RebuildAsk, epoch: string): Promise<boolean> {
  const domain = place.keys.domain(userId);
  for (let from = 0; from < closed.length; from += CLOSED_PER_CALL) {
    const some = closed.slice(from, from + CLOSED_PER_CALL);
    const keys = [domain.lock, ...some.map(({ holdId }) => domain.hold(holdId))];
    const letters = some.map(({ state }) => (state === "settled" ? "S" : "V")).join("");
    if ((await runScript(place.client, CLOSE_HOLDS, { keys, args: [token, epoch, letters] })) !== "1") return false;
  }
  return true;
}

/** The record of an open hold; null when it ended, is gone or cannot be read. */
async function readHold(
  client: CounterPlace["client"],
  domain: DomainKeys,
  entry: { readonly userId: number; readonly holdId: string; readonly expiresAt: number },
): Promise<OpenHold | null> {
  const fields = await client.hgetall(domain.hold(entry.holdId)).catch(() => null);
  if (fields === null || (fields.st !== "O" && fields.st !== "L")) return null;
  const buckets = Array.from({ length: whole(fields.nb) }, (_, at) => readHeldBucket(fields[`b${at + 1}`] ?? ""));
  const { rep = "", rec = "" } = fields;
  const known = { replica: rep, at: whole(fields.at), record: rec, ceilingNanoUsd: whole(fields.c), buckets };
  return { ...entry, ...known, ...(fields.r === undefined ? {} : { rates: readRates(fields.r) }) };
}
