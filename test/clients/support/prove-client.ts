import { buildLimit } from "@test/build-quota";
import { describe, expect, test } from "vitest";
import type { LedgerEntry } from "@/core/ledger/entry";
import type { LimitRow } from "@/core/quota/limit";
import type { ProtocolId } from "@/core/vocabulary";
import type { Script } from "../../../bench/upstream/script";
import { type ScriptedUpstream, startScriptedUpstream } from "../../../bench/upstream/scripted-upstream";
import { type Client, type SeenError, type Shown, SUNNY, seenError, WEATHER } from "./client";
import { openScene, openSpentScene, type Scene } from "./open-scene";
import { HOST_NAMES } from "./serve-gateway";

/** What is known of a client: it is measured, and asserted as it is. */
export type Expected = {
  readonly protocol: ProtocolId;
  /** How often it calls: after a denial that waiting cannot help, and after one that passes, the served call included. */
  readonly attempts: { readonly terminal: number; readonly transient: number };
  /** Class of the error that it ends with: by the upstream's status, for an error inside a stream (null: it shows none), for a spent limit. */
  readonly errors: {
    readonly 400: string;
    readonly 429: string;
    readonly 500: string;
    readonly inStream: string | null;
    /** For an event `error` where the protocol has another that ends its object. */
    readonly bareInStream?: string | null;
    readonly denied: string;
    /** For a spent limit of another unit; like `denied` unless told. */
    readonly deniedRequests?: string;
  };
  /** It may leave usage out of a stream. */
  readonly canDeclineUsage?: boolean;
  /** What it shows of a usage, from what the upstream counted; the same unless told. */
  shown?(usage: Shown, isStream: boolean): Shown;
  /** What keeps a stream alive before its first event; null: nothing does. */
  readonly heartbeat: string | null;
};

const TEXT = "Zwölf Boxkämpfer jagen Viktor — quer über den großen Sylter Deich. ✓";
/** What the upstream counts where usage is proved. */
export const COUNTED = { inputTokens: 1_200, cachedTokens: 500, outputTokens: 90, reasoningTokens: 30 };
const SHOWN: Shown = { input: 1_200, output: 90 };
const MODES = [
  ["plain", false],
  ["streamed", true],
] as const;

/** Registers what section 8 of protocols-and-pricing.md asks of every real client. */
export function proveClient(client: Client, expected: Expected): void {
  describe.concurrent(client.name, () => {
    proveText(client, expected);
    proveTools(client);
    proveUsage(client, expected);
    proveErrors(client, expected);
    proveAborts(client);
    proveAttempts(client, expected);
    proveBases(client);
    proveHeartbeats(client, expected);
  });
}

const at = (client: Client, scene: Scene, maxRetries?: number) => ({
  url: client.base(scene.url),
  key: scene.key,
  ...(maxRetries === undefined ? {} : { maxRetries }),
});

function proveText(client: Client, { protocol }: Expected): void {
  const cases = HOST_NAMES.flatMap((host) => MODES.map(([title, stream]) => ({ host, title, stream })));
  test.for(cases)("a $title text is what the upstream said, through the $host adapter", async ({ host, stream }) => {
    await using scene = await openScene({ host });
    scene.upstream.next({ text: TEXT, chunks: 9 });
    const { text } = await client.say(at(client, scene), { stream });
    expect(text).toBe(TEXT);
    await scene.idle();
    expect(scene.left.requests).toMatchObject([{ status: 200, outcome: "ok", stream, protocol }]);
    expect(scene.upstream.served).toMatchObject([{ stream }]);
  });
}

const TOOL_TURNS = [{ tool: WEATHER.name, toolInput: '{"city":"Zürich"}', chunks: 4 }, { text: TEXT }] as const;

function proveTools(client: Client): void {
  test.for(MODES)("a %s call of a tool and its answer pass unchanged", async ([, stream]) => {
    await using scene = await openScene();
    scene.upstream.next(...TOOL_TURNS);
    const trip = await client.useTool(at(client, scene), stream);
    expect(trip).toEqual({ name: WEATHER.name, input: { city: "Zürich" }, text: TEXT });
    await scene.idle();
    const direct = await startScriptedUpstream();
    try {
      direct.next(...TOOL_TURNS);
      expect(await client.useTool({ url: client.base(direct.url), key: "own" }, stream)).toEqual(trip);
      expect(bodiesOf(scene.upstream)).toEqual(bodiesOf(direct));
      expect(scene.upstream.served[1]?.body).toContain(SUNNY);
    } finally {
      await direct.close();
    }
  });
}

const bodiesOf = ({ served }: ScriptedUpstream) => served.map(({ body }) => JSON.parse(body) as unknown);

/** What an entry counts, brought to the form in which clients show it. */
function countedIn(entry: LedgerEntry | undefined): Shown {
  const { usage = {} } = entry?.detail ?? {};
  const sum = (isIn: (name: string) => boolean) =>
    Object.entries(usage).reduce((total, [name, count]) => total + (isIn(name) ? (count ?? 0) : 0), 0);
  return { input: sum((name) => !name.startsWith("output")), output: sum((name) => name.startsWith("output")) };
}

function proveUsage(client: Client, { canDeclineUsage, shown = (usage) => usage }: Expected): void {
  test.for(MODES)("the usage that it shows for a %s reply is the ledger's", async ([, stream]) => {
    await using scene = await openScene();
    scene.upstream.next(COUNTED);
    const { usage } = await client.say(at(client, scene), { stream });
    await scene.idle();
    const [entry] = scene.entries();
    expect(scene.entries()).toMatchObject([{ costSource: "upstream", tokens: 1_290 }]);
    expect(entry?.detail.usage).toMatchObject({ cache_read_text: 500 });
    expect(countedIn(entry)).toEqual(SHOWN);
    expect(usage).toEqual(shown(SHOWN, stream));
    // 700 x 2.5 + 500 x 1.25 + 90 x 10 USD per million.
    expect(entry?.costNanoUsd).toBe(3_275_000);
  });

  if (canDeclineUsage !== true) return;
  test("a stream whose usage it did not ask for shows none, and is counted", async () => {
    await using scene = await openScene();
    scene.upstream.next(COUNTED);
    const { usage } = await client.say(at(client, scene), { stream: true, wantsUsage: false });
    await scene.idle();
    expect(usage).toBeNull();
    expect(scene.visits[0]?.reply).not.toContain('"usage"');
    expect(countedIn(scene.entries()[0])).toEqual(SHOWN);
  });
}

async function failing(call: Promise<unknown>): Promise<SeenError> {
  return call.then(
    (value) => {
      throw new Error(`no error but ${JSON.stringify(value)}`);
    },
    (error: unknown) => seenError(error),
  );
}

function proveErrors(client: Client, { errors }: Expected): void {
  const cases = ([400, 429, 500] as const).flatMap((status) =>
    MODES.map(([title, stream]) => ({ status, title, stream })),
  );
  test.for(cases)("the upstream's $status to a $title call comes in its own class and words", async (given) => {
    await using scene = await openScene();
    const { status, stream } = given;
    scene.upstream.next({ status });
    const { kind, text } = await failing(client.say(at(client, scene, 0), { stream }));
    expect(kind).toBe(errors[status]);
    expect(text).toContain(`Scripted error ${status}`);
    await scene.idle();
    expect(scene.entries()).toMatchObject([{ outcome: "upstream_error", costNanoUsd: 0 }]);
  });

  const { inStream, bareInStream } = errors;
  const faults: { fault: Script["fault"]; kind: string | null }[] = [{ fault: "error-mid", kind: inStream }];
  if (bareInStream !== undefined) faults.push({ fault: "error-bare", kind: bareInStream });
  test.for(faults)("an error inside a stream comes in its own class and words: $fault", async ({ fault, kind }) => {
    await using scene = await openScene();
    scene.upstream.next({ fault });
    const call = client.say(at(client, scene, 0), { stream: true });
    const text = expect.stringContaining("Scripted stream error");
    if (kind === null) await call;
    else expect(await failing(call)).toEqual({ kind, text });
    await scene.idle();
    expect(scene.visits[0]?.reply).toContain("Scripted stream error");
    expect(scene.entries()).toMatchObject([{ outcome: "upstream_error" }]);
  });
}

function proveAborts(client: Client): void {
  const cases = HOST_NAMES.flatMap((host) =>
    (["drain", "abort"] as const).map((onDisconnect) => ({ host, onDisconnect })),
  );
  test.for(cases)(
    "a stream that it leaves is settled, and every slot free: $onDisconnect, through the $host adapter",
    async ({ host, onDisconnect }) => {
      const limits = [buildLimit({ amount: 5_000_000_000_000 })];
      await using scene = await openScene({ host, channel: { onDisconnect }, snapshot: { limits } });
      scene.upstream.next({ fault: "pause", ...COUNTED });
      const gone = new AbortController();
      const ask = { stream: true, signal: gone.signal, onText: () => gone.abort() };
      await client.say(at(client, scene), ask).catch(() => null);
      await scene.visits[0]?.closed;
      if (onDisconnect === "drain") scene.upstream.resume();
      await scene.idle();
      expect(scene.upstream.served).toMatchObject([{ isComplete: onDisconnect === "drain" }]);
      const costSource = onDisconnect === "drain" ? "upstream" : expect.any(String);
      expect(scene.entries()).toMatchObject([{ outcome: "client_aborted", costSource }]);
      expect(scene.entries()[0]?.costNanoUsd).toBeGreaterThan(0);
      expect(scene.left.requests).toMatchObject([{ outcome: "client_aborted" }]);
      expect(await usageOf(scene)).toMatchObject({ limits: [{ held: "0" }] });
    },
  );
}

async function usageOf({ url, key }: Scene): Promise<unknown> {
  const reply = await fetch(`${url}/v1/usage`, { headers: { authorization: `Bearer ${key}` } });
  return reply.json();
}

function proveAttempts(client: Client, { attempts, errors }: Expected): void {
  const cases: { title: string; given: Partial<LimitRow>; stream: boolean; kind: string }[] = [
    { title: "of USD in 5 hours", given: { window: "5h" }, stream: false, kind: errors.denied },
    {
      title: "of requests without a reset",
      given: { unit: "requests", amount: 3, window: "total" },
      stream: true,
      kind: errors.deniedRequests ?? errors.denied,
    },
  ];
  test.for(cases)(
    `calls ${attempts.terminal} times over a spent limit $title, each a denial and nothing sent`,
    async ({ given, stream, kind }) => {
      await using scene = await openSpentScene(given);
      const seen = await failing(client.say(at(client, scene), { stream }));
      expect(seen).toEqual({ kind, text: expect.stringContaining("Usage quota exhausted") });
      await scene.idle();
      expect(scene.visits).toHaveLength(attempts.terminal);
      expect(scene.left.denials.map(({ code, status }) => [code, status])).toEqual(
        Array(attempts.terminal).fill(["limit_exceeded", 429]),
      );
      expect(scene.upstream.served).toHaveLength(0);
    },
  );

  test.for(MODES)(
    `calls ${attempts.transient} times when a slot is free again after its first: %s`,
    async ([, stream]) => {
      await using scene = await openScene();
      await scene.fillChannel();
      const call = client.say(at(client, scene), { stream });
      if (attempts.transient > 1) expect((await call).text).toContain("nano-dollar");
      else expect((await failing(call)).text).toMatch(/Please try again in \d+s\./);
      await scene.idle();
      expect(scene.visits.map(({ status }) => status)).toEqual(attempts.transient > 1 ? [429, 200] : [429]);
      expect(scene.left.denials).toMatchObject([{ code: "channel_queue_full", status: 429 }]);
      expect(scene.upstream.served).toHaveLength(attempts.transient - 1);
    },
  );
}

function proveBases(client: Client): void {
  const cases = client.bases.map((base) => ({ title: base("http://gateway"), base }));
  test.for(cases)("calls with the base URL $title", async ({ base }) => {
    await using scene = await openScene();
    for (const [, stream] of MODES) {
      scene.upstream.next({ text: TEXT });
      const { text } = await client.say({ url: base(scene.url), key: scene.key }, { stream });
      expect(text).toBe(TEXT);
    }
    await scene.idle();
    expect(scene.visits.map(({ status }) => status)).toEqual([200, 200]);
  });
}

function proveHeartbeats(client: Client, { heartbeat }: Expected): void {
  const title =
    heartbeat === null ? "gets no heartbeat, and a late text whole" : "bears heartbeats before the first event";
  test(title, async () => {
    await using scene = await openScene({ settings: { queueHeartbeatMs: 20 } });
    scene.upstream.next({ text: TEXT, delayMs: 150 });
    expect((await client.say(at(client, scene), { stream: true })).text).toBe(TEXT);
    await scene.idle();
    const reply = scene.visits[0]?.reply ?? "";
    if (heartbeat === null) expect(reply).not.toContain("ping");
    else expect(reply.startsWith(heartbeat)).toBe(true);
  });
}
