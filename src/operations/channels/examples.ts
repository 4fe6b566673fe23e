import { NOW, versioned, wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { Channel, ChannelTest } from "./channel";

const credential = { setAt: "2026-11-01T09:00:00.000Z", opens: true, lastFour: "Qw9z" };

const channel: Channel = {
  ...versioned(3),
  name: "openai-main",
  protocols: ["openai-chat", "openai-responses"],
  operations: null,
  provider: "openai",
  baseUrl: "https://api.openai.com/v1",
  models: [
    { name: "gpt-4o", upstream: "gpt-4o" },
    { name: "fast", upstream: "gpt-4o-mini" },
  ],
  priority: 0,
  weight: 1,
  costMultiplier: "1",
  timeouts: { connectMs: 10_000, firstByteMs: 300_000, idleMs: 120_000 },
  headers: { set: {}, remove: [] },
  usageInStream: "auto",
  inputIncludesCache: false,
  onDisconnect: null,
  limiter: { mode: "queue", capacity: 8, queueSize: 20, queueTimeoutMs: 30_000, maxWaitingPerKey: null },
  overflow: null,
  breaker: { enabled: true, failures: 5, ratioPct: 50, minAttempts: 10, openMs: 30_000 },
  rpm: 500,
  tpm: null,
  userGroups: [],
  enabled: true,
  credential,
  credentials: [{ id: 5, enabled: true, ...credential }],
};

const passed: ChannelTest = {
  ok: true,
  latencyMs: 212,
  models: [
    { name: "gpt-4o", priced: true },
    { name: "gpt-4o-mini", priced: true },
  ],
  pricedCount: 2,
};

/** Examples of the operations on channels. */
export const CHANNEL_EXAMPLES: ExamplesOf<
  | ("channels.list" | "channels.live" | "channels.get" | "channels.create")
  | ("channels.update" | "channels.delete" | "channels.test" | "channels.testDraft")
> = {
  "channels.list": { input: {}, output: wholeList(channel) },
  "channels.live": {
    input: { ids: "3" },
    output: {
      ...{ asOf: NOW, stale: false, source: "shared" },
      rows: [
        {
          ...{ channelId: 3, asOf: NOW, state: "busy", health: "ok", mode: "queue" },
          ...{ inFlight: 5, capacity: 8, waiting: 0, queueSize: 20, oldestWaitMs: 0 },
          ...{ denied5m: { full: 0, timeout: 0 }, waitP95Ms: 40, spark: [3, 4, 4, 6, 5] },
          ...{ coolingUntil: null, trippedUntil: null, replicas: 2 },
        },
      ],
    },
  },
  "channels.get": { input: { id: 3 }, output: channel },
  "channels.create": {
    input: {
      name: "openai-main",
      protocols: ["openai-chat", "openai-responses"],
      provider: "openai",
      baseUrl: "https://api.openai.com/v1",
      credential: "sk-example-credential-Qw9z",
      models: ["gpt-4o", { name: "fast", upstream: "gpt-4o-mini" }],
      limiter: { mode: "queue", capacity: 8, queueSize: 20, queueTimeoutMs: 30_000 },
      rpm: 500,
    },
    output: channel,
  },
  "channels.update": {
    input: { id: 3, version: 1, weight: 2, timeouts: { idleMs: 60_000 } },
    output: { ...channel, version: 2, weight: 2, timeouts: { ...channel.timeouts, idleMs: 60_000 } },
  },
  "channels.delete": { input: { id: 3 }, output: { id: 3 } },
  "channels.test": { input: { id: 3 }, output: passed },
  "channels.testDraft": {
    input: {
      protocols: ["openai-chat"],
      provider: "openai",
      baseUrl: "https://api.openai.com/v1",
      credential: "sk-example-credential-Qw9z",
    },
    output: { ok: false, cause: "status", status: 401 },
  },
};
