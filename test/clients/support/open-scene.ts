import { buildAuthSnapshot, buildChannel, buildGatewayDeps, TEST_KEY } from "@test/build-deps";
import { buildEntry } from "@test/build-ledger";
import { buildLimit } from "@test/build-quota";
import { buildPriceRow } from "@test/build-usage";
import { expect } from "vitest";
import type { AuthSnapshot } from "@/core/auth-snapshot";
import type { ChannelSnapshot } from "@/core/channels/channel";
import type { Slot } from "@/core/channels/channel-slots";
import { type ChannelLimiter, NO_LIMITER } from "@/core/channels/limiter";
import type { LimitRow, ModelGroup } from "@/core/quota/limit";
import type { Settings } from "@/core/settings/settings";
import { PROTOCOL_IDS } from "@/core/vocabulary";
import { createGateway } from "@/gateway/gateway";
import { asNanoUsd } from "@/lib/money";
import { startScriptedUpstream } from "../../../bench/upstream/scripted-upstream";
import { type HostName, serveGateway } from "./serve-gateway";

/** Models of the scene, one per vendor and purpose. Each costs 2.5 USD in, 1.25 cached, 10 out per million. */
export const MODELS = [
  ...["gpt-4o", "gpt-5-codex", "claude-sonnet-4-5", "gemini-2.5-flash"],
  ...["text-embedding-3-small", "gemini-embedding-001", "omni-moderation-latest"],
  ...["gpt-image-1", "gpt-4o-mini-tts", "gpt-4o-transcribe"],
];

/** What a test says about its scene. */
export type SceneParts = {
  readonly host?: HostName;
  readonly channel?: Partial<ChannelSnapshot>;
  readonly settings?: Partial<Settings>;
  readonly snapshot?: Partial<AuthSnapshot>;
  /** By model name. */
  readonly modelGroups?: Readonly<Record<string, ModelGroup>>;
};

const components = { input_text: 2_500_000n, cache_read_text: 1_250_000n, output_text: 10_000_000n };

/** Two slots: the hint of a full channel is then the shortest there is, half a second. */
const TWO_SLOTS: ChannelLimiter & { readonly capacity: number } = { ...NO_LIMITER, mode: "reject", capacity: 2 };

/** A scripted upstream, a gateway in front of it that listens on loopback, and what both saw. */
export async function openScene({ host = "node", channel, settings, snapshot, modelGroups = {} }: SceneParts = {}) {
  const upstream = await startScriptedUpstream();
  const fixture = buildGatewayDeps({
    channels: [
      buildChannel({
        baseUrl: upstream.url,
        protocols: PROTOCOL_IDS,
        models: new Map(MODELS.map((name) => [name, { name, upstream: name }])),
        limiter: TWO_SLOTS,
        ...channel,
      }),
    ],
    prices: MODELS.map((model, index) => buildPriceRow({ id: index + 1, model, components })),
    modelGroups,
    keys: { [TEST_KEY]: buildAuthSnapshot(snapshot) },
    ...(settings === undefined ? {} : { settings }),
  });
  const gateway = createGateway(fixture.deps);
  const taken: Slot[] = [];
  const served = await serveGateway(gateway, host, ({ status }) => {
    if (status === 429) for (const slot of taken.splice(0)) slot.release();
  });
  const before = fixture.left.entries.length;
  return {
    upstream,
    url: served.url,
    key: TEST_KEY,
    visits: served.visits,
    left: fixture.left,
    /** Ledger entries of calls, without what was spent before. */
    entries: () => fixture.left.entries.filter(({ model }) => model !== "spent").slice(before),
    /** Lets the ledger say that so much of a user's limit was spent before. */
    spend(limit: LimitRow) {
      const amount = limit.amount ?? 0;
      const isUsd = limit.unit === "usd";
      const { modelGroupId } = limit;
      const entry = { model: "spent", modelGroupId, admittedAt: Date.now(), requests: amount, tokens: amount };
      fixture.left.entries.push(buildEntry({ ...entry, costNanoUsd: asNanoUsd(isUsd ? amount : 0) }));
    },
    /** Takes every slot of the channel until the gateway has refused somebody. */
    async fillChannel() {
      for (let slot = 0; slot < TWO_SLOTS.capacity; slot++) {
        const reply = await fixture.deps.slots.tryAcquire(1);
        if (reply.kind === "granted") taken.push(reply.slot);
      }
    },
    /** The gateway takes no further calls. */
    drain: () => gateway.drain(),
    /** Waits until no call is left, and proves that every hold was closed and every slot given back. */
    async idle() {
      await gateway.idle();
      expect(fixture.left.inflight).toBe(0);
      const admitted = fixture.journal.frames.filter(({ type }) => type === "admit").length;
      expect(fixture.journal.settled).toHaveLength(admitted);
      const [stats] = await fixture.deps.slots.stats([1]);
      expect(stats).toMatchObject({ inFlight: 0, waiting: 0 });
    },
    async [Symbol.asyncDispose]() {
      await served.close();
      await gateway.idle();
      await fixture.deps.upstream.close();
      await upstream.close();
    },
  };
}

/** An open scene. */
export type Scene = Awaited<ReturnType<typeof openScene>>;

/** A scene whose user has spent a limit of 5 USD (or what else is given) to its end. */
export async function openSpentScene(given: Partial<LimitRow> = {}, parts: SceneParts = {}): Promise<Scene> {
  const limit = buildLimit(given);
  const scene = await openScene({ ...parts, snapshot: { limits: [limit], ...parts.snapshot } });
  scene.spend(limit);
  return scene;
}
