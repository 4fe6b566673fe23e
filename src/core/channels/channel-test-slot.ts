import type { ChannelHealth } from "./channel-health";
import type { ChannelSlots } from "./channel-slots";

/** Where an admin's test of a channel runs. */
export type ChannelTestSlot = {
  /** Gives the slot back; called once. `hasPassed`: the upstream took the credential, so the channel's account is well again (C2). */
  end(hasPassed: boolean): void;
};

/** What tests of channels take and tell. */
export type ChannelTestDeps = {
  readonly slots: Pick<ChannelSlots, "tryAcquire">;
  readonly health: Pick<ChannelHealth, "passed">;
};

/**
 * Takes a slot of a channel for its test, never waiting for one; null: none is free (channels-and-rates.md C14). A channel that takes no requests, and
 * a limiter that does not answer, are no reason not to test. A test says nothing of breakers, cooldowns and rates.
 */
export async function takeTestSlot(
  channelId: number,
  { slots, health }: ChannelTestDeps,
): Promise<ChannelTestSlot | null> {
  const reply = await slots.tryAcquire(channelId);
  if (reply.kind === "busy") return null;
  return {
    end(hasPassed) {
      if (reply.kind === "granted") reply.slot.release();
      if (hasPassed) health.passed(channelId);
    },
  };
}
