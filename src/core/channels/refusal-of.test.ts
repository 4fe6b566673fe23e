import { expect, test } from "vitest";
import type { ChannelRejection } from "./judge-attempt";
import { refusalOf } from "./refusal-of";

const full: ChannelRejection = { kind: "full", by: "queue", retryAfterMs: 4_000 };
const timeout: ChannelRejection = { kind: "timeout", retryAfterMs: 2_000 };
const rate: ChannelRejection = { kind: "rate_limited", retryAfterMs: 30_000 };

test.each<[readonly ChannelRejection[], number | null, string, number | null]>([
  [[], null, "no_channel_available", null],
  [[], 12_000, "no_channel_available", 12_000],
  [[{ kind: "gone" }], 12_000, "no_channel_available", 12_000],
  [[rate], null, "channel_rate_limited", 30_000],
  [[rate], 12_000, "channel_rate_limited", 12_000],
  [[{ ...rate, retryAfterMs: 1_000 }, full], null, "channel_queue_full", 4_000],
  [[{ kind: "gone" }, { kind: "unavailable" }], 12_000, "limits_unavailable", null],
  [[{ kind: "unavailable" }, full], null, "channel_queue_full", 4_000],
  [[full, timeout, rate], 1_000, "channel_queue_timeout", 2_000],
  [[{ kind: "full", by: "key_share", retryAfterMs: null }], 1_000, "channel_queue_full", null],
])("after %j, the next candidate in %s ms: %s after %s ms", (...[rejections, eligibleInMs, code, retryAfterMs]) => {
  expect(refusalOf(rejections, eligibleInMs)).toEqual({ code, retryAfterMs });
});
