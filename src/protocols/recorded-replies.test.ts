import {
  byteByByte,
  cutAt,
  cutAtAll,
  eventsOf,
  foldersWithStreams,
  framingsOf,
  latin,
  RECORDED,
  recordedReplies,
  relay,
} from "@test/recorded-replies";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

// Acceptance tests 14 and 15 of protocols-and-pricing.md, for whatever lies in the fixtures of the protocols.

const STREAMS = recordedReplies("sse");
const BODIES = recordedReplies("json");
const CUTS = fc.array(fc.nat(), { maxLength: 40 });

test("every protocol with recorded streams is here", () => {
  expect(RECORDED.map(({ id }) => id).sort()).toEqual([...foldersWithStreams()].sort());
});

describe.each([...STREAMS, ...BODIES])("$id/$name", ({ protocol, bytes, contentType }) => {
  const how = { contentType };
  const whole = relay(protocol, [bytes], how);

  test("cut at every byte is relayed unchanged and read the same", () => {
    expect(whole.out).toBe(latin(bytes));
    for (let at = 0; at <= bytes.length; at++) {
      const cut = relay(protocol, cutAt(bytes, at), how);
      if (cut.out !== whole.out) expect(cut.out, `cut at ${at}`).toBe(whole.out);
      expect(cut, `cut at ${at}`).toEqual(whole);
    }
    expect(relay(protocol, byteByByte(bytes), how)).toEqual(whole);
  });

  test("cut at random is relayed unchanged and read the same", () => {
    fc.assert(
      fc.property(CUTS, (cuts) => {
        expect(relay(protocol, cutAtAll(bytes, cuts), how)).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });
});

describe.each(STREAMS)("$id/$name in another framing", ({ protocol, bytes }) => {
  const { reading, first } = relay(protocol, [bytes]);

  test.each(Object.entries(framingsOf(bytes)))("with %s is relayed unchanged and read the same", (_name, framed) => {
    const expected = { out: latin(framed), reading, first };
    expect(relay(protocol, [framed])).toEqual(expected);
    expect(relay(protocol, byteByByte(framed))).toEqual(expected);
    fc.assert(
      fc.property(CUTS, (cuts) => {
        expect(relay(protocol, cutAtAll(framed, cuts))).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});

describe.each(STREAMS.filter(({ isInjected }) => isInjected !== null))(
  "$id/$name whose usage only we asked for",
  ({ protocol, bytes, isInjected }) => {
    const framings = Object.entries(framingsOf(bytes)).filter(([, framed]) => framed.length > 0);

    test.each([["what was recorded", bytes] as const, ...framings])(
      "in %s loses exactly that event, wherever it is cut",
      (_name, framed) => {
        const events = eventsOf(latin(framed));
        const kept = events.filter((event) => isInjected?.(event) !== true);
        expect(events.length - kept.length).toBeLessThanOrEqual(1);
        const asked = relay(protocol, [framed]);
        expect(asked.out).toBe(latin(framed));
        const expected = { ...asked, out: kept.join("") };
        expect(relay(protocol, [framed], { strips: true })).toEqual(expected);
        expect(relay(protocol, byteByByte(framed), { strips: true })).toEqual(expected);
        for (let at = 0; framed === bytes && at <= bytes.length; at++)
          expect(relay(protocol, cutAt(framed, at), { strips: true }), `cut at ${at}`).toEqual(expected);
        fc.assert(
          fc.property(CUTS, (cuts) => {
            expect(relay(protocol, cutAtAll(framed, cuts), { strips: true })).toEqual(expected);
          }),
          { numRuns: 20 },
        );
      },
    );
  },
);

test("streams with an event to take out are among the recorded ones of every protocol that injects", () => {
  for (const { id, isInjected } of RECORDED) {
    const own = STREAMS.filter((stream) => stream.id === id);
    const holding = own.filter(({ bytes }) => isInjected !== null && eventsOf(latin(bytes)).some(isInjected));
    expect(holding.length > 0, id).toBe(isInjected !== null);
  }
});

test.each(BODIES)("$id/$name without its last byte is not complete", ({ protocol, bytes, contentType }) => {
  expect(relay(protocol, [bytes], { contentType }).reading.isComplete).toBe(true);
  const cut = bytes.subarray(0, latin(bytes).trimEnd().length - 1);
  expect(relay(protocol, [cut], { contentType }).reading.isComplete).toBe(false);
});
