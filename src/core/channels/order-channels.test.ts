import { seededRandom } from "@test/seeded-random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { orderChannels, type RankStanding } from "./order-channels";

const channel = (id: number, priority: number, weight: number) => ({ channel: { id, priority, weight } });
const ids = (ordered: readonly { channel: { id: number } }[]) => ordered.map(({ channel: { id } }) => id);
const IDLE: RankStanding = { score: 100, isFree: true };
type Given = ReturnType<typeof channel>;
const asking = (
  random: () => number,
  standings: Record<number, RankStanding> = {},
  preferred: readonly number[] = [],
) => ({
  standingOf: ({ channel: { id } }: Given) => standings[id] ?? IDLE,
  preferred,
  random,
});

describe("orderChannels", () => {
  test("the lower priority number comes first, whatever the weights", () => {
    const given = [channel(1, 5, 1000), channel(2, 0, 1), channel(3, 2, 50)];
    expect(
      ids(
        orderChannels(
          given,
          asking(() => 0.99),
        ),
      ),
    ).toEqual([2, 3, 1]);
  });

  test("inside one priority the draw follows the weights", () => {
    const two = [channel(1, 0, 3), channel(2, 0, 1)];
    expect(
      ids(
        orderChannels(
          two,
          asking(() => 0.74),
        ),
      ),
    ).toEqual([1, 2]);
    expect(
      ids(
        orderChannels(
          two,
          asking(() => 0.75),
        ),
      ),
    ).toEqual([2, 1]);
  });

  test("a channel with a lower score is drawn less often", () => {
    const two = [channel(1, 0, 1), channel(2, 0, 1)];
    const standings = { 2: { score: 25, isFree: true } };
    expect(
      ids(
        orderChannels(
          two,
          asking(() => 0.79, standings),
        ),
      ),
    ).toEqual([1, 2]);
    expect(
      ids(
        orderChannels(
          two,
          asking(() => 0.81, standings),
        ),
      ),
    ).toEqual([2, 1]);
  });

  test("a drawn channel is not drawn again", () => {
    const numbers = [0.5, 0.99];
    const three = [channel(1, 0, 1), channel(2, 0, 2), channel(3, 0, 1)];
    expect(
      ids(
        orderChannels(
          three,
          asking(() => numbers.shift() ?? 0),
        ),
      ),
    ).toEqual([2, 3, 1]);
  });

  test("weights of 3 to 1 give 750 of 1,000 requests, give or take 45, and weight 0 gives none", () => {
    const first = [0, 0, 0, 0];
    const below = seededRandom(7);
    const random = () => below(1_000_000) / 1_000_000;
    for (let request = 0; request < 1_000; request++) {
      const ordered = orderChannels([channel(1, 0, 3), channel(2, 0, 1), channel(3, 0, 0)], asking(random));
      const id = ordered[0]?.channel.id ?? 0;
      first[id] = (first[id] ?? 0) + 1;
      expect(ids(ordered)).not.toContain(3);
    }
    expect(Math.abs((first[1] ?? 0) - 750)).toBeLessThanOrEqual(45);
    expect(first[3]).toBe(0);
  });

  test("busy channels follow the free ones, by score, weight and id; full ones are last", () => {
    const given = [1, 2, 3, 4, 5, 6].map((id) => channel(id, 0, id === 4 ? 2 : 1));
    const standings = {
      1: { score: null, isFree: false },
      2: { score: 15, isFree: false },
      3: { score: 30, isFree: false },
      4: { score: 15, isFree: false },
      5: { score: 15, isFree: false },
      6: { score: 31, isFree: true },
    };
    expect(
      ids(
        orderChannels(
          given,
          asking(() => 0, standings),
        ),
      ),
    ).toEqual([6, 3, 4, 2, 5, 1]);
  });

  test("a conversation goes back to its channel, but not past a better priority and not into a queue", () => {
    const given = [channel(1, 0, 1), channel(2, 1, 9), channel(3, 1, 1)];
    expect(
      ids(
        orderChannels(
          given,
          asking(() => 0, {}, [3]),
        ),
      ),
    ).toEqual([1, 3, 2]);
    const full = { 3: { score: 30, isFree: false } };
    expect(
      ids(
        orderChannels(
          given,
          asking(() => 0, full, [3]),
        ),
      ),
    ).toEqual([1, 2, 3]);
  });

  test("every channel with a weight is there once, by priority and free before busy, and the input stays as it was", () => {
    const anyChannel = fc
      .record({
        priority: fc.nat({ max: 3 }),
        weight: fc.nat({ max: 99 }),
        score: fc.nat({ max: 100 }),
        isFree: fc.boolean(),
      })
      .map(({ score, isFree, ...rest }) => ({ ...rest, standing: { score: isFree ? score + 1 : score, isFree } }));
    fc.assert(
      fc.property(
        fc.array(anyChannel, { maxLength: 8 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (given, n) => {
          const channels = given.map(({ priority, weight, standing }, id) => ({
            channel: { id, priority, weight },
            standing,
          }));
          const before = [...channels];
          const ordered = orderChannels(channels, {
            standingOf: ({ standing }) => standing,
            preferred: [],
            random: () => n,
          });
          expect(channels).toEqual(before);
          expect(new Set(ordered)).toEqual(new Set(channels.filter(({ channel: { weight } }) => weight > 0)));
          const places = ordered.map(
            ({ channel: { priority }, standing: { isFree } }) => 2 * priority + (isFree ? 0 : 1),
          );
          expect(places).toEqual([...places].sort((a, b) => a - b));
        },
      ),
    );
  });

  test("of several preferred channels the best with a free slot comes first", () => {
    const given = [channel(1, 0, 1), channel(2, 0, 1), channel(3, 0, 1)];
    const first = (standings: Record<number, RankStanding>) =>
      ids(
        orderChannels(
          given,
          asking(() => 0, standings, [3, 2]),
        ),
      );
    expect(first({})).toEqual([3, 2, 1]);
    expect(first({ 3: { score: 20, isFree: false } })).toEqual([2, 1, 3]);
  });
});
