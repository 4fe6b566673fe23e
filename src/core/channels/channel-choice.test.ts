import { expect, test } from "vitest";
import { type WeighedAsk, weighedChannel } from "./channel-choice";
import { IDLE } from "./channel-score";

const asked = (given: Partial<WeighedAsk> = {}): WeighedAsk => ({
  ...{ channelId: 1, excluded: null, weight: { parts: IDLE, isFree: true }, isPreferred: false, rejection: null },
  ...given,
});
const busy = { parts: { rateScore: 100, concurrencyScore: 14.9999, score: 14.9999 }, isFree: false };

test.each([
  ["an idle channel", asked(), { channelId: 1, band: "free" }],
  ["the conversation's", asked({ isPreferred: true }), { channelId: 1, band: "preferred" }],
  ["one that was left out", asked({ excluded: "cooling", weight: null }), { channelId: 1, excluded: "cooling" }],
  [
    "one at capacity",
    asked({ weight: busy, isPreferred: true }),
    { channelId: 1, rateScore: 100, concurrencyScore: 15, score: 15, band: "busy" },
  ],
  [
    "one whose queue was full",
    asked({
      weight: busy,
      rejection: { kind: "full", by: "queue", retryAfterMs: 1, at: { waitedMs: 0, waiting: 3, capacity: 2 } },
    }),
    {
      ...{ channelId: 1, rateScore: 100, concurrencyScore: 15, score: 15, band: "busy" },
      ...{ refused: "queue", waiting: 3, capacity: 2 },
    },
  ],
  [
    "one that was waited for",
    asked({ rejection: { kind: "timeout", retryAfterMs: 1, at: { waitedMs: 1500.4, waiting: 0, capacity: 2 } } }),
    { channelId: 1, band: "free", refused: "timeout", waitedMs: 1500, waiting: 0, capacity: 2 },
  ],
  [
    "one without budget",
    asked({ rejection: { kind: "rate_limited", retryAfterMs: 1 } }),
    { channelId: 1, band: "free", refused: "rate_limited" },
  ],
])("%s", (_name, ask, stored) => {
  expect(weighedChannel(ask)).toEqual(stored);
});
