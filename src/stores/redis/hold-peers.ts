import { randomUUID } from "node:crypto";
import type { HoldPeers } from "@/core/quota/hold-peers";
import type { OpenHold } from "@/core/quota/quota-store";
import type { Clock } from "@/lib/clock";
import { openPeerChannel } from "./peer-channel";
import type { CounterPlace } from "./redis-keys";

/** What asking the other replicas works with. */
export type HoldPeersOptions = CounterPlace & {
  readonly replica: string;
  readonly clock: Clock;
  /** Another replica rebuilds a user: the holds of this one that it must not lose. */
  answer(userId: number): readonly OpenHold[];
  /** A peer could not be asked or answered; nobody needs to act. */
  onError(error: unknown): void;
};

/** The other replicas of the same installation. */
export type RedisHoldPeers = HoldPeers & { close(): void };

const WAIT_MS = 1_000;
const POLL_MS = 15;
const KEEP_SECONDS = 10;

type Question = { readonly id: string; readonly userId: number; readonly from: string };
type Answer = { readonly replica: string; readonly holds: readonly OpenHold[] };

/** Asks over a channel that every replica listens to; each puts its answer into a list of that question. */
export function redisHoldPeers(options: HoldPeersOptions): RedisHoldPeers {
  const { client, keys, replica, clock, onError } = options;
  const channel = openPeerChannel(
    { client, name: keys.peers },
    {
      onMessage: (text) => void answerTo(JSON.parse(text) as Question, options).catch(onError),
      onError,
    },
  );
  return {
    async collect(userId) {
      const question: Question = { id: randomUUID(), userId, from: replica };
      const expected = await channel.tell(JSON.stringify(question));
      const answers = await gather({ key: keys.answers(question.id), expected }, { client, clock });
      return {
        holds: answers.flatMap(({ holds }) => holds),
        answered: answers.map((answer) => answer.replica),
      };
    },
    close: channel.close,
  };
}

async function answerTo(question: Question, { client, keys, replica, answer }: HoldPeersOptions): Promise<void> {
  if (question.from === replica) return;
  // Behind the replies that are under way: a hold that was just admitted is in the book then.
  await client.exists(keys.domain(question.userId).meta);
  const told: Answer = { replica, holds: answer(question.userId) };
  const key = keys.answers(question.id);
  await client.multi().rpush(key, JSON.stringify(told)).expire(key, KEEP_SECONDS).exec();
}

type Gathering = { readonly key: string; readonly expected: number };

async function gather(
  { key, expected }: Gathering,
  { client, clock }: Pick<HoldPeersOptions, "client" | "clock">,
): Promise<readonly Answer[]> {
  for (let waitedMs = 0; expected > 0; waitedMs += POLL_MS) {
    const texts = await client.lrange(key, 0, -1);
    if (texts.length >= expected || waitedMs >= WAIT_MS) return texts.map((text): Answer => JSON.parse(text));
    await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
  }
  return [];
}
