import { buildChannel } from "@test/build-deps";
import { openGateway } from "@test/open-gateway";
import { cutAtAll, eventsOf, latin, recordedReplies, relay } from "@test/recorded-replies";
import { seededRandom } from "@test/seeded-random";
import { SPOKEN } from "@test/spoken-replies";
import { describe, expect, test } from "vitest";
import { countTokens } from "@/core/prices/count-tokens";

// Acceptance test 14 of protocols-and-pricing.md through the whole engine: peek, filter, ceilings and settlement.
const SEEDS = Array.from({ length: 12 }, (_, seed) => seed);

const STREAMS = recordedReplies("sse").filter(({ id }) => SPOKEN.some((spoken) => spoken.id === id));

describe.each(STREAMS)("$id/$name", ({ id, protocol, bytes, isInjected }) => {
  const call = SPOKEN.find((spoken) => spoken.id === id)?.call ?? {};
  const { reading } = relay(protocol, [bytes]);
  const expected = (asks: boolean) => {
    const kept = eventsOf(latin(bytes)).filter((event) => asks || isInjected?.(event) !== true);
    return Buffer.from(kept.join(""), "latin1").toString();
  };

  test.each([true, false])("reaches a client byte for byte, however it is cut (asks for usage: %s)", async (asks) => {
    for (const seed of SEEDS) {
      const random = seededRandom(seed);
      const chunks = cutAtAll(
        bytes,
        Array.from({ length: random(40) }, () => random(1_000_000)),
      );
      const events = chunks.map((text) => ({ afterMs: random(3) * 10, text }));
      const scene = openGateway({
        channels: [buildChannel({ baseUrl: "http://127.0.0.1:1" })],
        answer: () => ({ events }),
      });
      const fields = { stream: true, ...(asks ? { stream_options: { include_usage: true } } : {}) };
      const { status, body } = await scene.one({ ...call, fields });
      expect([status, body], `seed ${seed}`).toEqual([200, expected(asks)]);
      expect(scene.left.entries).toHaveLength(1);
      if (!reading.isComplete || reading.usage === null) continue;
      const { input, output } = countTokens(reading.usage.counts);
      expect(scene.left.entries).toMatchObject([{ outcome: "ok", costSource: "upstream", tokens: input + output }]);
    }
  });
});
