import type { ChannelSlots, OwnSlots } from "./channel-slots";

/** This replica's part of a channel, with its name. */
export type ChannelReading = Omit<OwnSlots, "channelId"> & { readonly id: number; readonly name: string };

/** Where readings come from. */
export type ChannelReadingsDeps = {
  readonly slots: Pick<ChannelSlots, "own">;
  readonly config: { current(): { readonly channelNames: ReadonlyMap<number, string> } };
};

/**
 * What this replica has of each channel: of idle ones too (channels-and-rates.md L11), and of a deleted one until its last slot is back, under the
 * name that it had.
 */
export function createChannelReadings({ slots, config }: ChannelReadingsDeps): () => readonly ChannelReading[] {
  let names: ReadonlyMap<number, string> = new Map();
  return () => {
    const { channelNames } = config.current();
    const readings = slots.own().map(({ channelId, ...own }) => {
      const name = channelNames.get(channelId) ?? names.get(channelId) ?? "";
      return { id: channelId, name, ...own };
    });
    names = new Map(readings.map(({ id, name }) => [id, name]));
    return readings;
  };
}
