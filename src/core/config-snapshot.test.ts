import { buildPriceRow } from "@test/build-usage";
import { describe, expect, test } from "vitest";
import { DEFAULT_BREAKER } from "./channels/breaker";
import type { ChannelCredentialRow, ChannelRow } from "./channels/channel-row";
import { NO_LIMITER } from "./channels/limiter";
import { buildConfigSnapshot, type ConfigParts } from "./config-snapshot";
import { DEFAULT_SETTINGS } from "./settings/settings";

const channel = (id: number, given: Partial<ChannelRow> = {}): ChannelRow => ({
  ...{ id, version: 1, createdAt: 0, updatedAt: 0, managedBy: null },
  name: `channel ${id}`,
  protocols: ["openai-chat"],
  operations: null,
  provider: null,
  baseUrl: "https://api.example.com",
  models: [{ name: "m", upstream: "m-2026" }],
  priority: 0,
  weight: 1,
  costMultiplierPpm: 1_000_000,
  timeouts: { connectMs: 1, firstByteMs: 1, idleMs: 1 },
  headers: { set: {}, remove: [] },
  usageInStream: "auto",
  inputIncludesCache: false,
  onDisconnect: null,
  ...{ limiter: NO_LIMITER, overflow: null, breaker: DEFAULT_BREAKER, rpm: null, tpm: null, userGroups: [] },
  enabled: true,
  ...given,
});

const credential = (channelId: number, given: Partial<ChannelCredentialRow> = {}): ChannelCredentialRow => ({
  ...{ channelId, id: 1, enabled: true, sealed: `sealed ${channelId}`, setAt: 0 },
  ...given,
});
const build = (channels: readonly ChannelRow[], given: Partial<ConfigParts> = {}) =>
  buildConfigSnapshot({
    version: 7,
    settings: DEFAULT_SETTINGS,
    channels,
    credentials: channels.map(({ id }) => credential(id)),
    open: (sealed, context) => `${sealed} opened for ${context}`,
    prices: [],
    modelGroups: [],
    models: [],
    catalogue: {
      ...{ rows: [], providers: [], providerOf: () => null, matchModel: () => null },
      rowsOf: () => [],
    },
    now: () => 0,
    ...given,
  });
const chat = { protocol: "openai-chat", operation: "chat" };
const ids = (channels: readonly { id: number }[]) => channels.map(({ id }) => id);

describe("buildConfigSnapshot", () => {
  test("ranks channels by priority, then id, and leaves out what gets no new traffic", () => {
    const snapshot = build([
      channel(5, { priority: 1 }),
      channel(4),
      channel(2),
      channel(3, { enabled: false }),
      channel(1, { weight: 0 }),
    ]);
    expect(ids(snapshot.channels)).toEqual([2, 4, 5]);
    expect(ids(snapshot.channelsFor({ ...chat, model: "m" }))).toEqual([2, 4, 5]);
    expect(snapshot.version).toBe(7);
  });

  test("opens each credential for its own channel; one that is missing or cannot be opened is null", () => {
    const credentials = [credential(1), credential(2)];
    const open = (sealed: string, context: string) => (sealed === "sealed 2" ? null : `${sealed} for ${context}`);
    const snapshot = build([channel(1), channel(2), channel(3)], { credentials, open });
    expect(snapshot.channels.map(({ credential }) => credential)).toEqual(["sealed 1 for channel:1", null, null]);
  });

  test("the first enabled credential that can be opened is used, the others wait behind it", () => {
    const open = (sealed: string, context: string) => (sealed === "blind" ? null : `${sealed} for ${context}`);
    const credentials = [
      credential(1, { id: 4, enabled: false, sealed: "off" }),
      credential(1, { id: 1, sealed: "blind" }),
      credential(1, { id: 3, sealed: "third" }),
      credential(1, { id: 2, sealed: "second" }),
    ];
    const [found] = build([channel(1)], { credentials, open }).channels;
    expect(found?.credential).toBe("third for channel:1:3");
    expect(found?.credentials).toEqual([
      { id: 3, value: "third for channel:1:3" },
      { id: 2, value: "second for channel:1:2" },
    ]);
  });

  test("carries limiter, overflow, breaker, the upstream's own budget and whom the channel is for", () => {
    const limiter = {
      mode: "reject",
      capacity: 2,
      queueSize: null,
      queueTimeoutMs: null,
      maxWaitingPerKey: null,
    } as const;
    const given = { limiter, overflow: "stay", breaker: { ...DEFAULT_BREAKER, failures: 2 }, rpm: 5, tpm: 6 } as const;
    const [found] = build([channel(1, { ...given, userGroups: [3, 4] })]).channels;
    expect(found).toMatchObject({ ...given, access: new Set([3, 4]) });
  });

  test("tells what is said of a model of exactly that name", () => {
    const traits = { maxOutputTokens: 8_192, bytesPerToken: null, expectedOutputTokens: 50 };
    const snapshot = build([], { models: [{ name: "m", managedBy: null, ...traits }] });
    expect(snapshot.traitsOf("m")).toMatchObject(traits);
    expect(snapshot.traitsOf("M")).toBeNull();
  });

  test("finds channels by protocol, operation and the exact name of the model", () => {
    const snapshot = build([
      channel(1),
      channel(2, { protocols: ["anthropic-messages"], operations: ["message"] }),
      channel(3, { protocols: ["openai-chat", "anthropic-messages"], operations: ["chat"] }),
      channel(4, { models: [{ name: "M", upstream: "M" }] }),
    ]);
    const find = (protocol: string, operation: string, model = "m") =>
      ids(snapshot.channelsFor({ protocol, operation, model }));
    expect(find("openai-chat", "chat")).toEqual([1, 3]);
    expect(find("anthropic-messages", "message")).toEqual([2]);
    expect(find("anthropic-messages", "chat")).toEqual([3]);
    expect(find("openai-chat", "chat", "M")).toEqual([4]);
    expect(find("openai-chat", "chat", "constructor")).toEqual([]);
    expect(find("gemini", "chat")).toEqual([]);
  });

  test("finds channels by prefixes too, in ranking order, the same list each time", () => {
    const snapshot = build([
      channel(1, { models: [{ name: "gpt-*", upstream: "gpt-*" }], priority: 1 }),
      channel(2, { models: [{ name: "gpt-4o", upstream: "gpt-4o" }] }),
      channel(3, { models: [{ name: "*", upstream: "any" }], operations: ["models"] }),
    ]);
    const find = (model: string, operation = "chat") => snapshot.channelsFor({ ...chat, operation, model });
    expect(ids(find("gpt-4o"))).toEqual([2, 1]);
    expect(ids(find("gpt-5"))).toEqual([1]);
    expect(find("claude")).toEqual([]);
    expect(ids(find("claude", "models"))).toEqual([3]);
    expect(find("gpt-5")).toBe(find("gpt-5"));
  });

  test("a lookup returns the same list each time", () => {
    const snapshot = build([channel(1)]);
    const query = { ...chat, model: "m" };
    expect(snapshot.channelsFor(query)).toBe(snapshot.channelsFor(query));
    expect(snapshot.channelsFor({ ...chat, model: "x" })).toBe(snapshot.channelsFor({ ...chat, model: "y" }));
  });

  test("indexes the models of a channel by the name clients use", () => {
    const [found] = build([channel(1)]).channels;
    expect(found?.models.get("m")).toEqual({ name: "m", upstream: "m-2026" });
  });

  test("prices come from the stored rows", () => {
    const row = buildPriceRow({ model: "m" });
    expect(build([channel(1)], { prices: [row] }).prices.rowsFor("m", null)).toEqual([row]);
  });
});
