import type { AuthSnapshot } from "@/core/auth-snapshot";
import { DEFAULT_BREAKER } from "@/core/channels/breaker";
import type { ChannelSnapshot } from "@/core/channels/channel";
import { createChannelHealth } from "@/core/channels/channel-health";
import { createChannelTally } from "@/core/channels/channel-tally";
import { NO_LIMITER } from "@/core/channels/limiter";
import { mapModel } from "@/core/channels/map-model";
import type { ConfigSnapshot } from "@/core/config-snapshot";
import { createKeyAttempts } from "@/core/keys/key-attempts";
import { digestKey } from "@/core/keys/key-secret";
import type { AdmitFrame, CeilingFrame, Journal } from "@/core/ledger/journal";
import type { SettleFrame } from "@/core/ledger/settlement";
import { parseSettlement } from "@/core/ledger/settlement";
import type { ModelTraits } from "@/core/models/model";
import { UNLEARNT } from "@/core/prices/estimate-call";
import type { PriceRow } from "@/core/prices/price";
import { buildPriceBook, type Catalogue } from "@/core/prices/price-book";
import type { ModelGroup } from "@/core/quota/limit";
import { createLimitPlans } from "@/core/quota/limit-plans";
import type { PreviewDeps } from "@/core/quota/preview-reserve";
import type { QuotaStore } from "@/core/quota/quota-store";
import { createWindows } from "@/core/quota/window";
import { DEFAULT_SETTINGS, type Settings } from "@/core/settings/settings";
import { createUsageReader } from "@/core/usage-reader";
import type { GatewayDeps, UpstreamClient } from "@/gateway/gateway-deps";
import { upstreamClient } from "@/gateway/upstream-client";
import { upstreamResolver } from "@/gateway/upstream-resolver";
import { type Clock, systemClock } from "@/lib/clock";
import { memoryChannelAffinity } from "@/stores/memory/channel-affinity";
import { memoryChannelPeers } from "@/stores/memory/channel-peers";
import { memoryChannelRates } from "@/stores/memory/channel-rates";
import { memoryChannelSlots } from "@/stores/memory/channel-slots";
import { NO_CAPS } from "./build-caller";
import { countingMetrics, emptyLeft, type Left, recordingLog } from "./build-left";
import { buildQuota, buildQuotaStore, historyOf } from "./build-quota";
import { buildPriceRow } from "./build-usage";

/** The key that `buildGatewayDeps` knows unless told otherwise, of user 7. */
export const TEST_KEY = "sk-sluice-0123456789012345678901234567890123456789012";

const ROUTING = {
  ...{ limiter: NO_LIMITER, overflow: null, breaker: DEFAULT_BREAKER, rpm: null, tpm: null },
  access: new Set<number>(),
};

/** A channel that serves `gpt-4o` and `claude-sonnet-4-5` at a base URL. */
export function buildChannel(given: Partial<ChannelSnapshot> & { baseUrl: string }): ChannelSnapshot {
  const model = (name: string, upstream = name) => [name, { name, upstream }] as const;
  return {
    id: 1,
    name: "channel",
    protocols: ["openai-chat", "openai-responses", "anthropic-messages"],
    operations: null,
    provider: null,
    credential: "upstream-credential",
    credentials: [{ id: 1, value: "upstream-credential" }],
    models: new Map([model("gpt-4o"), model("claude-sonnet-4-5"), model("mapped", "gpt-4o")]),
    patterns: [],
    priority: 0,
    weight: 1,
    costMultiplierPpm: 1_000_000,
    timeouts: { connectMs: 1_000, firstByteMs: 5_000, idleMs: 5_000 },
    headers: { set: {}, remove: [] },
    usageInStream: "auto",
    inputIncludesCache: false,
    onDisconnect: null,
    ...ROUTING,
    ...given,
  };
}

/** The snapshot of an enabled key of user 7 that may ask for every model. */
export function buildAuthSnapshot(given: Partial<AuthSnapshot> = {}): AuthSnapshot {
  return {
    keyId: 3,
    keyName: "laptop",
    keyPrefix: "sk-sluice-0123",
    keyEnabled: true,
    expiresAt: null,
    models: null,
    userId: 7,
    userName: "Ada",
    userEnabled: true,
    addressRules: [],
    version: 1,
    userGroups: [],
    limits: [],
    boosts: [],
    restarts: [],
    rates: [],
    maxConcurrent: NO_CAPS,
    ...given,
  };
}

/** What a cache answers for a key that it does not have, when there is none. */
export function unknown(mayLookUp?: () => void): null {
  mayLookUp?.();
  return null;
}

/** A configuration from literals; `GatewayParts.config` may hand out one after the other. Unless told, gpt-4o, claude-sonnet-4-5 and mapped cost 2.5 USD in, 10 USD out per million. */
export function buildConfig(given: {
  readonly channels: readonly ChannelSnapshot[];
  readonly settings?: Partial<Settings>;
  readonly prices?: readonly PriceRow[];
  /** The packaged prices; none unless told. */
  readonly catalogue?: Catalogue;
  /** Model groups by normalised model name. */
  readonly modelGroups?: Readonly<Record<string, ModelGroup>>;
  readonly models?: Readonly<Record<string, ModelTraits>>;
}): ConfigSnapshot {
  const { channels } = given;
  const prices = given.prices ?? DEFAULT_PRICES;
  return {
    version: 1,
    settings: { ...DEFAULT_SETTINGS, ...given.settings },
    channels,
    limited: channels.map(({ id, weight, limiter }) => ({ id, isOpen: weight > 0, limiter })),
    channelNames: new Map(channels.map(({ id, name }) => [id, name])),
    modelGroupOf: (model) => given.modelGroups?.[model] ?? null,
    traitsOf: (model) => given.models?.[model] ?? null,
    modelGroups: new Map(Object.values(given.modelGroups ?? {}).map((group) => [group.id, group])),
    channelsFor: ({ model, protocol, operation }) =>
      channels.filter(
        (channel) =>
          mapModel(channel, model) !== null &&
          channel.protocols.some((id) => id === protocol) &&
          (channel.operations === null || channel.operations.some((name) => name === operation)),
      ),
    prices: buildPriceBook({ stored: prices, catalogue: given.catalogue ?? NO_CATALOGUE, now: () => 0 }),
  };
}

const NO_CATALOGUE: Catalogue = {
  ...{ rows: [], providers: [] },
  providerOf: () => null,
  matchModel: () => null,
  rowsOf: () => [],
};
const IN = 2_500_000n;
const OUT = 10_000_000n;
const components = { input_text: IN, cache_read_text: IN / 2n, output_text: OUT };
const DEFAULT_PRICES = ["gpt-4o", "claude-sonnet-4-5", "mapped"].map((model, index) =>
  buildPriceRow({ id: index + 1, model, components }),
);

/** A journal in memory that keeps its frames in order. */
type RecordingJournal = Journal & {
  readonly frames: readonly (
    | { readonly type: "admit"; readonly frame: AdmitFrame }
    | { readonly type: "ceiling"; readonly frame: CeilingFrame }
    | { readonly type: "settle"; readonly frame: SettleFrame }
  )[];
  readonly settled: readonly SettleFrame[];
};

/** A journal whose frames are written at the next turn of the event loop. */
function recordingJournal(given: Partial<Journal> = {}): RecordingJournal {
  const frames: RecordingJournal["frames"][number][] = [];
  const settled: SettleFrame[] = [];
  return {
    frames,
    settled,
    admit: (frame) => void frames.push({ type: "admit", frame }),
    ceiling: (frame) => void frames.push({ type: "ceiling", frame }),
    settle({ text }) {
      const frame = parseSettlement(text);
      frames.push({ type: "settle", frame });
      settled.push(frame);
    },
    flushed() {},
    written: () => new Promise((resolve) => setImmediate(resolve)),
    isFull: () => false,
    sizeBytes: () => 0,
    close: () => Promise.resolve(),
    ...given,
  };
}

/** Ports of a gateway for tests, and what was recorded through them. */
export type GatewayFixture = {
  readonly deps: GatewayDeps;
  readonly journal: RecordingJournal;
  readonly left: Left;
  readonly reads: PreviewDeps;
};

/** What a test says about its gateway; the rest has defaults. */
export type GatewayParts = Partial<Omit<GatewayDeps, "journal" | "auth">> & {
  readonly channels: readonly ChannelSnapshot[];
  readonly settings?: Partial<Settings>;
  readonly prices?: readonly PriceRow[];
  /** The packaged prices; none unless told. */
  readonly catalogue?: Catalogue;
  /** Model groups by normalised model name. */
  readonly modelGroups?: Readonly<Record<string, ModelGroup>>;
  /** What is said of models, by name. */
  readonly models?: Readonly<Record<string, ModelTraits>>;
  /** Known keys by their secret. */
  readonly keys?: Readonly<Record<string, AuthSnapshot>>;
  readonly journal?: RecordingJournal;
  readonly clock?: Clock;
  /** Counters; in memory unless told. */
  readonly store?: QuotaStore;
};

/** The real upstream client, for upstreams on loopback. */
export function loopbackClient(clock: Clock = systemClock): UpstreamClient {
  return upstreamClient({
    resolver: upstreamResolver({ policy: { privateAddresses: "allow", listed: [], forbidden: [] }, clock }),
  });
}

function buildChannelPorts({ limited, version }: ConfigSnapshot, clock: Clock) {
  const slots = memoryChannelSlots({ clock, replica: "test" });
  slots.configure(limited, version);
  return { slots, tally: createChannelTally(clock), rates: memoryChannelRates({ clock }) };
}

/** Ports of a gateway: journal and ledger in memory, keys and configuration from literals, the real upstream client. */
export function buildGatewayDeps(given: GatewayParts): GatewayFixture {
  const {
    channels,
    settings,
    prices,
    modelGroups,
    models,
    catalogue,
    keys = { [TEST_KEY]: buildAuthSnapshot() },
    store: _,
    ...overrides
  } = given;
  const journal = given.journal ?? recordingJournal();
  const left = emptyLeft();
  const known = new Map(Object.entries(keys).map(([secret, snapshot]) => [digestKey(secret), snapshot]));
  const built = buildConfig({
    channels,
    ...(settings === undefined ? {} : { settings }),
    ...(prices === undefined ? {} : { prices }),
    ...(modelGroups === undefined ? {} : { modelGroups }),
    ...(models === undefined ? {} : { models }),
    ...(catalogue === undefined ? {} : { catalogue }),
  });
  const config = overrides.config ?? { current: () => built };
  const clock = overrides.clock ?? systemClock;
  const history = historyOf(() => left.entries);
  const store = given.store ?? buildQuotaStore(clock);
  const quota = buildQuota({ clock, store, history });
  const reads = { store, history, degraded: quota.degraded, now: quota.now, onFault() {} };
  const plans = createLimitPlans(createWindows);
  const deps: GatewayDeps = {
    clock,
    limitPlans: plans,
    quota,
    habitsOf: () => UNLEARNT,
    readUsage: createUsageReader({
      plans,
      config,
      versionOf: (version) => version,
      quotas: reads,
    }),
    auth: { get: (digest, mayLookUp) => known.get(digest) ?? unknown(mayLookUp), follow() {} },
    keyAttempts: createKeyAttempts(clock),
    callerAddress: (peer) => peer,
    config,
    ledger: {
      record({ text }) {
        const { entries, request } = parseSettlement(text);
        left.entries.push(...entries);
        if (request !== null) left.requests.push(request);
      },
      recordDenial: (denial) => void left.denials.push(denial),
    },
    upstream: overrides.upstream ?? loopbackClient(),
    ...buildChannelPorts(config.current(), clock),
    affinity: memoryChannelAffinity(clock),
    health: createChannelHealth({ clock, peers: memoryChannelPeers(clock).join() }),
    metrics: countingMetrics(left),
    log: recordingLog(left),
    random: () => 0,
    maxInflight: 1_000,
    maxDrains: 64,
    clientStallMs: 60_000,
    ...overrides,
    journal,
  };
  return { deps, journal, left, reads };
}
