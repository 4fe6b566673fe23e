import type { Overflow } from "../vocabulary";
import type { ChannelSnapshot } from "./channel";
import type { ChannelRejection } from "./judge-attempt";

/** A candidate in the order of `orderChannels`, with what it does when its channel is at capacity. */
export type Walkable = { readonly channel: Pick<ChannelSnapshot, "id" | "priority">; readonly overflow: Overflow };

/**
 * What a channel says when it is asked for a slot at once. `busy`: at capacity, somebody may queue. `skipped`: it is out for a reason that is no
 * rejection.
 */
export type SlotAnswer<Slot> =
  | { readonly kind: "granted"; readonly slot: Slot }
  | { readonly kind: "busy" }
  | { readonly kind: "skipped" }
  | Extract<ChannelRejection, { kind: "rate_limited" | "unavailable" }>;

/** What it says in the end when a request may wait. `cancelled`: the client left or the deadline passed. */
export type WaitAnswer<Slot> =
  | { readonly kind: "granted"; readonly slot: Slot }
  | { readonly kind: "cancelled" }
  | { readonly kind: "skipped" }
  | ChannelRejection;

/** The limiters of the candidates. */
export type SlotDoors<C, Slot> = {
  /** Never waits. */
  tryAcquire(candidate: C): SlotAnswer<Slot> | Promise<SlotAnswer<Slot>>;
  /** Waits in the queue, where there is one. */
  acquire(candidate: C): Promise<WaitAnswer<Slot>>;
};

/** What became of a walk. Nothing but `granted` owns a slot. */
export type Walked<C, Slot> =
  | ({
      readonly kind: "granted";
      readonly candidate: C;
      readonly slot: Slot;
    } & Refusing<C>)
  | { readonly kind: "cancelled" }
  | ({ readonly kind: "none" } & Refusing<C>);

/** Who had no place. `busy`: those at capacity that were not asked to queue afterwards. */
type Refusing<C> = { readonly rejections: readonly Rejected<C>[]; readonly busy: readonly C[] };

/** Who refused, and how. */
export type Rejected<C> = { readonly candidate: C; readonly rejection: ChannelRejection };

/**
 * Finds a slot (channels-and-rates.md C16, C17). First no channel is waited for, but where the overflow of a busy one says so: `spill` goes on,
 * `group` goes on inside its priority and queues there before a lower one is looked at, `stay` queues at once. When everybody is busy, it queues at
 * the first with room. It waits in one queue only: after a time-out, or when the channel went away or gives no budget, the others are asked once more without waiting.
 * Answers without a promise when the first channel does.
 */
export function walkChannels<C extends Walkable, Slot>(
  order: readonly C[],
  doors: SlotDoors<C, Slot>,
): Walked<C, Slot> | Promise<Walked<C, Slot>> {
  const [first] = order;
  if (first === undefined) return { kind: "none", ...NOBODY };
  const answer = doors.tryAcquire(first);
  if (!(answer instanceof Promise) && answer.kind === "granted")
    return { kind: "granted", candidate: first, slot: answer.slot, ...NOBODY };
  return new Walk(order, doors).run(answer);
}

/** Answers that may come of a wait; there is one wait for each attempt. */
function isAfterWait(kind: WaitAnswer<unknown>["kind"]): boolean {
  return kind === "timeout" || kind === "gone" || kind === "rate_limited" || kind === "unavailable";
}
const NOBODY = { rejections: [], busy: [] } as const;

type Found<C, Slot> = Walked<C, Slot> | null;

/** One walk: who is busy, and who refused. */
class Walk<C extends Walkable, Slot> {
  readonly #order: readonly C[];
  readonly #doors: SlotDoors<C, Slot>;
  readonly #rejections: Rejected<C>[] = [];
  /** At capacity and not asked to queue yet. */
  readonly #busy = new Set<C>();

  constructor(order: readonly C[], doors: SlotDoors<C, Slot>) {
    this.#order = order;
    this.#doors = doors;
  }

  async run(firstAnswer: SlotAnswer<Slot> | Promise<SlotAnswer<Slot>>): Promise<Walked<C, Slot>> {
    for (const [index, candidate] of this.#order.entries()) {
      const answer = await (index === 0 ? firstAnswer : this.#doors.tryAcquire(candidate));
      const found = this.#take(candidate, answer) ?? (await this.#overflow(candidate, answer.kind === "busy", index));
      if (found !== null) return found;
    }
    return (await this.#queueAt(this.#order)) ?? this.#none();
  }

  /** What a busy channel's overflow, and the end of its group, ask for. */
  async #overflow(candidate: C, isBusy: boolean, index: number): Promise<Found<C, Slot>> {
    if (isBusy && candidate.overflow === "stay") {
      const found = await this.#queueAt([candidate]);
      if (found !== null) return found;
    }
    const { priority } = candidate.channel;
    if (this.#order[index + 1]?.channel.priority === priority) return null;
    return this.#queueAt(
      this.#order.filter(({ channel, overflow }) => channel.priority === priority && overflow === "group"),
    );
  }

  /** Queues at the first of them that has room; null: none has. */
  async #queueAt(candidates: readonly C[]): Promise<Found<C, Slot>> {
    for (const candidate of candidates) {
      if (!this.#busy.delete(candidate)) continue;
      const answer = await this.#doors.acquire(candidate);
      if (answer.kind === "cancelled") return answer;
      const found = this.#take(candidate, answer);
      if (found !== null) return found;
      if (isAfterWait(answer.kind)) return this.#withoutWaiting(candidate);
    }
    return null;
  }

  /** The last pass: all but the one that was waited for. */
  async #withoutWaiting(waitedAt: C): Promise<Walked<C, Slot>> {
    for (const candidate of this.#order) {
      if (candidate === waitedAt) continue;
      const found = this.#take(candidate, await this.#doors.tryAcquire(candidate));
      if (found !== null) return found;
    }
    return this.#none();
  }

  #take(candidate: C, answer: SlotAnswer<Slot> | Exclude<WaitAnswer<Slot>, { kind: "cancelled" }>): Found<C, Slot> {
    if (answer.kind === "granted") return { kind: "granted", candidate, slot: answer.slot, ...this.#refusing() };
    if (answer.kind === "busy") this.#busy.add(candidate);
    else if (answer.kind !== "skipped") this.#rejections.push({ candidate, rejection: answer });
    return null;
  }

  #none(): Walked<C, Slot> {
    return { kind: "none", ...this.#refusing() };
  }

  #refusing(): Refusing<C> {
    return { rejections: this.#rejections, busy: [...this.#busy] };
  }
}
