/** Fields of a channel as an admin sends them. */
export type Fields = Readonly<Record<string, unknown>>;

/** A channel without a fault. */
export const SOUND_CHANNEL: Fields = {
  name: "fresh",
  protocols: ["openai-chat"],
  baseUrl: "https://api.example.com/v1",
  credential: "sk-upstream-0123456789",
  models: ["gpt-4o"],
};
const QUEUE: Fields = { mode: "queue", capacity: 2, queueSize: 3, queueTimeoutMs: 1_500 };
const LONG = "x".repeat(201);

/** One fault of each code of channels-and-rates.md 1.1 that needs nothing but the channel itself. */
export const CHANNEL_FAULTS: readonly (readonly [code: string, path: string, patch: Fields])[] = [
  ["name_required", "name", { name: " " }],
  ["name_too_long", "name", { name: "x".repeat(81) }],
  ["protocols_required", "protocols", { protocols: [] }],
  ["protocol_unknown", "protocols[0]", { protocols: ["soap"] }],
  ["operations_empty", "operations", { operations: [] }],
  ["operation_unknown", "operations[0]", { operations: ["dance"] }],
  ["operation_not_applicable", "operations[1]", { operations: ["chat", "message"] }],
  ["provider_unknown", "provider", { provider: "nobody" }],
  ["base_url_invalid", "baseUrl", { baseUrl: "ftp://x" }],
  ["base_url_forbidden", "baseUrl", { baseUrl: "http://169.254.169.254" }],
  ["credential_required", "credential", { credential: "" }],
  ["credential_required", "credentials", { credential: undefined, credentials: [] }],
  ["credential_required", "credentials[0].value", { credential: undefined, credentials: [{}] }],
  ["credential_too_long", "credential", { credential: "x".repeat(8_193) }],
  ["credentials_too_many", "credentials", { credential: undefined, credentials: Array(11).fill({ value: "sk" }) }],
  ["models_required", "models", { models: [] }],
  ["model_duplicate", "models", { models: ["a", { name: "a", upstream: "b" }] }],
  ["model_name_invalid", "models[0]", { models: ["a b"] }],
  ["model_name_invalid", "models[0]", { models: ["a*b"] }],
  ["model_name_invalid", "models[0]", { models: ["**"] }],
  ["model_name_invalid", "models[0]", { models: [LONG] }],
  ["model_name_invalid", "models[0].upstream", { models: [{ name: "a*", upstream: "b*" }] }],
  ["priority_out_of_range", "priority", { priority: 1_001 }],
  ["weight_out_of_range", "weight", { weight: -1 }],
  ["multiplier_invalid", "costMultiplier", { costMultiplier: "100.000001" }],
  ["multiplier_invalid", "costMultiplier", { costMultiplier: "1.0000001" }],
  ["header_name_invalid", "headers.set.Authorization", { headers: { set: { Authorization: "x" } } }],
  ["header_name_invalid", "headers.remove[0]", { headers: { remove: ["x-sluice-a"] } }],
  ["header_value_invalid", "headers.set.x-a", { headers: { set: { "x-a": "\u00e9" } } }],
  ["usage_in_stream_unknown", "usageInStream", { usageInStream: "always" }],
  ["timeout_out_of_range", "timeouts.idleMs", { timeouts: { idleMs: 999 } }],
  ["channel_rate_out_of_range", "rpm", { rpm: 0 }],
  ["channel_rate_out_of_range", "tpm", { tpm: 0 }],
  ["limiter_mode_required", "limiter.mode", { limiter: { capacity: 2 } }],
  ["limiter_mode_unknown", "limiter.mode", { limiter: { mode: "hard", capacity: 2 } }],
  ["capacity_required", "limiter.capacity", { limiter: { mode: "observe" } }],
  ["capacity_out_of_range", "limiter.capacity", { limiter: { mode: "reject", capacity: 0 } }],
  ["capacity_not_applicable", "limiter.capacity", { limiter: { mode: "off", capacity: 2 } }],
  ["queue_size_required", "limiter.queueSize", { limiter: { ...QUEUE, queueSize: undefined } }],
  ["queue_size_out_of_range", "limiter.queueSize", { limiter: { ...QUEUE, queueSize: 10_001 } }],
  ["queue_size_not_applicable", "limiter.queueSize", { limiter: { mode: "reject", capacity: 2, queueSize: 3 } }],
  ["queue_timeout_required", "limiter.queueTimeoutMs", { limiter: { ...QUEUE, queueTimeoutMs: null } }],
  ["queue_timeout_out_of_range", "limiter.queueTimeoutMs", { limiter: { ...QUEUE, queueTimeoutMs: 99 } }],
  ["queue_timeout_not_applicable", "limiter.queueTimeoutMs", { limiter: { mode: "off", queueTimeoutMs: 100 } }],
  ["waiting_share_out_of_range", "limiter.maxWaitingPerKey", { limiter: { ...QUEUE, maxWaitingPerKey: 4 } }],
  [
    "waiting_share_not_applicable",
    "limiter.maxWaitingPerKey",
    { limiter: { mode: "observe", capacity: 2, maxWaitingPerKey: 1 } },
  ],
  ["overflow_unknown", "overflow", { overflow: "wait" }],
  ["on_disconnect_unknown", "onDisconnect", { onDisconnect: "stay" }],
  ["breaker_out_of_range", "breaker.openMs", { breaker: { openMs: 600_001 } }],
];

/** Two faults that the schema finds at once, in the order of their paths. */
export const TWO_FAULTS = {
  patch: { weight: 1_001, limiter: { ...QUEUE, queueSize: 0, maxWaitingPerKey: 4 } },
  told: [
    "limiter.maxWaitingPerKey: waiting_share_out_of_range",
    "limiter.queueSize: queue_size_out_of_range",
    "weight: weight_out_of_range",
  ],
};

/** A number that the field takes is answered with no fault, null with `whenNull` (undefined: it is the default). */
export type ChannelNumber = {
  readonly path: string;
  readonly min: number;
  readonly max: number;
  readonly code: string;
  readonly whenNull?: string;
  readonly patch: (value: unknown) => Fields;
};
const limited = (name: string) => (value: unknown) => ({ limiter: { ...QUEUE, [name]: value } });
const inside = (group: string, name: string) => (value: unknown) => ({ [group]: { [name]: value } });
/** Every number of a channel. */
export const CHANNEL_NUMBERS: readonly ChannelNumber[] = [
  ...["priority", "weight"].map((path) => ({
    ...{ path, min: 0, max: 1_000, code: `${path}_out_of_range` },
    patch: (value: unknown) => ({ [path]: value }),
  })),
  ...["rpm", "tpm"].map((path) => ({
    ...{ path, min: 1, max: 2_147_483_647, code: "channel_rate_out_of_range" },
    patch: (value: unknown) => ({ [path]: value }),
  })),
  ...(
    [
      ["connectMs", 100, 60_000],
      ["firstByteMs", 1_000, 3_600_000],
      ["idleMs", 1_000, 600_000],
    ] as const
  ).map(([name, min, max]) => ({
    ...{ path: `timeouts.${name}`, min, max, code: "timeout_out_of_range", patch: inside("timeouts", name) },
  })),
  ...(
    [
      ["failures", 1, 100],
      ["ratioPct", 1, 100],
      ["minAttempts", 1, 1_000],
      ["openMs", 1_000, 600_000],
    ] as const
  ).map(([name, min, max]) => ({
    ...{ path: `breaker.${name}`, min, max, code: "breaker_out_of_range", patch: inside("breaker", name) },
  })),
  ...(
    [
      ["capacity", 1, 100_000, "capacity"],
      ["queueSize", 1, 10_000, "queue_size"],
      ["queueTimeoutMs", 100, 600_000, "queue_timeout"],
    ] as const
  ).map(([name, min, max, word]) => ({
    ...{ path: `limiter.${name}`, min, max, code: `${word}_out_of_range`, whenNull: `${word}_required` },
    patch: limited(name),
  })),
  {
    ...{ path: "limiter.maxWaitingPerKey", min: 1, max: 3, code: "waiting_share_out_of_range" },
    patch: limited("maxWaitingPerKey"),
  },
];

/** What is tried of each. */
export const triedNumbers = ({ min, max }: ChannelNumber): readonly unknown[] => [
  ...new Set([0, -1, 1.5, "5", null, min - 1, min, max, max + 1]),
];

/** The faults that a value has. */
export function faultsOfNumber({ path, min, max, code, whenNull }: ChannelNumber, value: unknown): readonly string[] {
  if (value === null) return whenNull === undefined ? [] : [`${path}: ${whenNull}`];
  if (!Number.isInteger(value)) return [`${path}: not_an_integer`];
  return Number(value) < min || Number(value) > max ? [`${path}: ${code}`] : [];
}
