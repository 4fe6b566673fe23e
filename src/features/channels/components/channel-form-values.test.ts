import { expect, test } from "vitest";
import type { Channel } from "@/operations/channels/channel";
import { type AdvancedValues, advancedValuesOf, DEFAULT_ADVANCED, isAdvanced } from "./advanced-values";
import {
  type ChannelFormValues,
  draftSchema,
  EMPTY_CHANNEL,
  NEW_CREDENTIAL,
  newChannelSchema,
  parseModels,
  savedChannelSchema,
  valuesOf,
} from "./channel-form-values";

type CredentialRow = ChannelFormValues["credentials"][number];

const filled: ChannelFormValues = {
  ...EMPTY_CHANNEL,
  credentials: [{ id: null, value: "sk-1", enabled: true }],
  models: [{ name: "fast", upstream: "" }],
};
const QUEUE = { mode: "queue", capacity: 2, queueSize: 3, queueTimeoutMs: 1500, maxWaitingPerKey: null } as const;
const BREAKER = { enabled: false, failures: 1, ratioPct: 2, minAttempts: 3, openMs: 4000 };
const PLAIN = {
  ...{ provider: null, operations: null, headers: { set: {}, remove: [] } },
  ...{ usageInStream: "auto", inputIncludesCache: false, onDisconnect: null },
};
const REST = { breaker: BREAKER, userGroups: [4, 2], ...PLAIN };
const codesOf = (values: typeof filled) =>
  Object.fromEntries(
    (newChannelSchema.safeParse(values).error?.issues ?? [])
      .map(({ path, message }) => [path.join("."), message] as const)
      .toReversed(), // a field shows the first of its codes
  );

const pick = ({ limiter, overflow, rpm, tpm, breaker, userGroups }: typeof filled) => ({
  ...{ limiter, overflow, rpm, tpm, breaker, userGroups },
});

test("the values of a new channel become the input of the operation", () => {
  expect(newChannelSchema.parse(filled)).toMatchObject({
    baseUrl: "https://api.openai.com",
    models: [{ name: "fast", upstream: "fast" }],
    priority: 0,
    timeouts: { connectMs: 10_000 },
  });
});

test("an empty number is refused at its field and is not taken for zero", () => {
  expect(codesOf({ ...filled, priority: "", timeouts: { ...filled.timeouts, idleMs: " " } })).toEqual({
    priority: "not_an_integer",
    "timeouts.idleMs": "not_an_integer",
  });
});

test("a channel needs a credential, a model and an http address", () => {
  expect(codesOf({ ...filled, credentials: EMPTY_CHANNEL.credentials, models: [], baseUrl: "ftp://x" })).toEqual({
    "credentials.0.value": "credential_required",
    models: "models_required",
    baseUrl: "base_url_invalid",
  });
});

const stored = (...credentials: readonly { id: number; enabled: boolean }[]) =>
  valuesOf({
    credentials,
    ...{ name: "a", protocols: ["openai-chat"], baseUrl: "https://a.example", costMultiplier: "1", enabled: true },
    ...{ priority: 0, weight: 1, timeouts: { connectMs: 1000, firstByteMs: 1000, idleMs: 1000 } },
    models: [{ name: "m", upstream: "n" }],
    ...{ limiter: QUEUE, overflow: null, rpm: 60, tpm: null, breaker: BREAKER, userGroups: [], ...PLAIN },
  } as unknown as Channel);
const sentBy = (values: ChannelFormValues) => savedChannelSchema({ id: 7, version: 3 }).parse(values).credentials;

test("a saved channel keeps the credentials whose field stays empty, and takes those that are written", () => {
  const values = stored({ id: 4, enabled: true }, { id: 9, enabled: false });
  expect(values.models).toEqual([{ name: "m", upstream: "n" }]);
  expect(sentBy(values)).toEqual([
    { id: 4, value: null, enabled: true },
    { id: 9, value: null, enabled: false },
  ]);
  const [first, second] = values.credentials as [CredentialRow, CredentialRow];
  const changed = [
    { ...second, enabled: true },
    { ...first, value: " sk-2 " },
    { ...NEW_CREDENTIAL, value: "sk-3" },
  ];
  expect(sentBy({ ...values, credentials: changed })).toEqual([
    { id: 9, value: null, enabled: true },
    { id: 4, value: "sk-2", enabled: true },
    { id: null, value: "sk-3", enabled: true },
  ]);
});

test("a channel without a credential is saved without one; an empty row beside others is refused", () => {
  const bare = stored();
  expect(sentBy(bare)).toBeUndefined();
  const values = { ...bare, credentials: [{ id: 4, value: "", enabled: true }, NEW_CREDENTIAL] };
  const judged = savedChannelSchema({ id: 7, version: 3 }).safeParse(values);
  expect(judged.error?.issues[0]).toMatchObject({ path: ["credentials", 1, "value"], message: "credential_required" });
});

test("a test goes by the first credential in use; a saved one is lent", () => {
  const rows = (...given: readonly (readonly [string, boolean])[]) =>
    given.map(([value, enabled], id) => ({ id, value, enabled }));
  const tried = (credentials: ChannelFormValues["credentials"]) =>
    draftSchema(7).parse({ ...filled, credentials }).credential;
  expect(tried(rows(["sk-1", false], ["sk-2", true]))).toBe("sk-2");
  expect(tried(rows(["sk-1", false], ["sk-2", false]))).toBe("sk-1");
  expect(tried(rows(["", true], ["sk-2", true]))).toBeUndefined();
});

test("a saved limiter comes back as it was, and leaves as the numbers of its mode", () => {
  const saved = {
    limiter: QUEUE,
    overflow: "stay",
    rpm: 60,
    tpm: null,
    models: [],
    credentials: [],
    timeouts: {},
    ...REST,
  };
  const values = { ...filled, ...pick(valuesOf(saved as never)) };
  expect(values).toMatchObject({
    limiter: { mode: "queue", capacity: "2", queueSize: "3", queueTimeoutMs: "1500", maxWaitingPerKey: "" },
    ...{ overflow: "stay", rpm: "60", tpm: "" },
  });
  const sent = { limiter: QUEUE, overflow: "stay", rpm: 60, tpm: null, ...REST };
  expect(newChannelSchema.parse(values)).toMatchObject(sent);
  const reject = { ...values, limiter: { ...values.limiter, mode: "reject" as const }, overflow: "default" as const };
  expect(newChannelSchema.parse(reject)).toMatchObject({
    limiter: { mode: "reject", capacity: 2, queueSize: null, queueTimeoutMs: null, maxWaitingPerKey: null },
    overflow: null,
  });
});

test("the advanced settings come back as they were, and leave as they came", () => {
  const saved = {
    provider: "openrouter",
    operations: ["chat"],
    headers: { set: { "x-team": "a b" }, remove: ["user-agent"] },
    usageInStream: "never",
    inputIncludesCache: true,
    onDisconnect: "drain",
  } as const;
  const values = { ...filled, ...advancedValuesOf(saved as never) };
  expect(values.headers).toEqual({ set: [{ name: "x-team", value: "a b" }], remove: [{ name: "user-agent" }] });
  expect(savedChannelSchema({ id: 7, version: 3 }).parse(values)).toMatchObject(saved);
  expect(draftSchema(7).parse(values)).toMatchObject({ provider: saved.provider, headers: saved.headers });
  expect(newChannelSchema.parse(filled)).toMatchObject(PLAIN);
});

test.each<[string, Partial<AdvancedValues>]>([
  ["a provider", { provider: "openai" }],
  ["operations", { operations: [] }],
  ["a header to set", { headers: { set: [{ name: "", value: "" }], remove: [] } }],
  ["a header to remove", { headers: { set: [], remove: [{ name: "" }] } }],
  ["no usage in streams", { usageInStream: "never" }],
  ["cache in the input", { inputIncludesCache: true }],
  ["a word on disconnects", { onDisconnect: "abort" }],
])("%s is more than the default", (_, patch) => {
  expect(isAdvanced(DEFAULT_ADVANCED)).toBe(false);
  expect(isAdvanced({ ...DEFAULT_ADVANCED, ...patch })).toBe(true);
});

test.each<[string, Partial<typeof filled.limiter>, Record<string, string>]>([
  [
    "nothing filled in",
    { capacity: "", queueSize: " ", queueTimeoutMs: "" },
    {
      "limiter.capacity": "capacity_required",
      "limiter.queueSize": "queue_size_required",
      "limiter.queueTimeoutMs": "queue_timeout_required",
    },
  ],
  [
    "numbers out of range",
    { capacity: "0", queueSize: "10001", queueTimeoutMs: "99" },
    {
      "limiter.capacity": "capacity_out_of_range",
      "limiter.queueSize": "queue_size_out_of_range",
      "limiter.queueTimeoutMs": "queue_timeout_out_of_range",
    },
  ],
  ["half a request", { capacity: "1.5" }, { "limiter.capacity": "not_an_integer" }],
  ["words", { queueTimeoutMs: "soon" }, { "limiter.queueTimeoutMs": "not_an_integer" }],
  ["a share above the queue", { maxWaitingPerKey: "4" }, { "limiter.maxWaitingPerKey": "waiting_share_out_of_range" }],
])("a queue of %s is refused at its fields", (_, patch, codes) => {
  const whole = { mode: "queue" as const, capacity: "2", queueSize: "3", queueTimeoutMs: "1500", maxWaitingPerKey: "" };
  expect(codesOf({ ...filled, limiter: { ...whole, ...patch } })).toEqual(codes);
});

test("the numbers of the breaker are whole and inside their bounds, each at its field", () => {
  const breaker = { ...EMPTY_CHANNEL.breaker, failures: "", ratioPct: "101", openMs: "1.5" };
  expect(codesOf({ ...filled, breaker })).toEqual({
    "breaker.failures": "not_an_integer",
    "breaker.ratioPct": "breaker_out_of_range",
    "breaker.openMs": "not_an_integer",
  });
});

test("what the vendor allows is a whole number above zero, or open", () => {
  expect(codesOf({ ...filled, rpm: "0", tpm: "1.5" })).toEqual({
    rpm: "channel_rate_out_of_range",
    tpm: "not_an_integer",
  });
});

test("pasted models are read by line, with mapping, without repeats", () => {
  const known = [{ name: "a", upstream: "" }];
  expect(parseModels("a\n b = bb \n\nb\nc=c\n", known)).toEqual([
    { name: "b", upstream: "bb" },
    { name: "c", upstream: "" },
  ]);
});
