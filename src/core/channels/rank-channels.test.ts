import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rankChannels } from "./rank-channels";

const channel = (id: number, priority: number, weight: number) => ({ id, priority, weight });
const ids = (channels: readonly { id: number }[]) => channels.map(({ id }) => id);

describe("rankChannels", () => {
  test("the lower priority number comes first, whatever the weights", () => {
    const ranked = rankChannels([channel(1, 5, 1000), channel(2, 0, 1), channel(3, 2, 50)], () => 0.99);
    expect(ids(ranked)).toEqual([2, 3, 1]);
  });

  test("inside one priority the draw follows the weights", () => {
    const two = [channel(1, 0, 3), channel(2, 0, 1)];
    expect(ids(rankChannels(two, () => 0.74))).toEqual([1, 2]);
    expect(ids(rankChannels(two, () => 0.75))).toEqual([2, 1]);
  });

  test("a drawn channel is not drawn again", () => {
    const numbers = [0.5, 0.99];
    const ranked = rankChannels([channel(1, 0, 1), channel(2, 0, 2), channel(3, 0, 1)], () => numbers.shift() ?? 0);
    expect(ids(ranked)).toEqual([2, 3, 1]);
  });

  test("over many draws the first place is shared in proportion to the weights", () => {
    const channels = [channel(1, 0, 1), channel(2, 0, 3), channel(3, 0, 6)];
    const first = [0, 0, 0, 0];
    for (let i = 0; i < 1000; i++) {
      const id = rankChannels(channels, () => (i + 0.5) / 1000)[0]?.id ?? 0;
      first[id] = (first[id] ?? 0) + 1;
    }
    expect(first).toEqual([0, 100, 300, 600]);
  });

  test("every channel is ranked once, by priority, and the input stays as it was", () => {
    const anyChannel = fc.record({
      id: fc.nat(),
      priority: fc.nat({ max: 3 }),
      weight: fc.integer({ min: 1, max: 99 }),
    });
    fc.assert(
      fc.property(
        fc.array(anyChannel, { maxLength: 8 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (channels, n) => {
          const before = [...channels];
          const ranked = rankChannels(channels, () => n);
          expect(channels).toEqual(before);
          expect(new Set(ranked)).toEqual(new Set(channels));
          expect(ranked).toHaveLength(channels.length);
          expect(ranked.map(({ priority }) => priority)).toEqual(
            channels.map(({ priority }) => priority).sort((a, b) => a - b),
          );
        },
      ),
    );
  });
});
