import type { AuthSnapshot } from "@/core/auth-snapshot";
import { AppError } from "@/core/errors";
import { digestKey } from "@/core/keys/key-secret";
import type { BucketLine, QuotaStore } from "@/core/quota/quota-store";
import { allBuckets } from "@/core/quota/resolve-limits";
import { seedAskOf } from "@/core/quota/seed-ask";
import type { UsageHistory } from "@/core/quota/usage-history";
import { createGateway } from "@/gateway/gateway";
import type { Gateway, GatewayDeps } from "@/gateway/gateway-deps";
import type { UpstreamRequest } from "@/protocols/protocol";
import { type MemoryQuotaStore, memoryQuotaStore } from "@/stores/memory/quota-store";
import { answeringUpstream, type UpstreamAnswer } from "./answering-upstream";
import { buildAuthSnapshot, buildChannel, buildGatewayDeps, type GatewayParts, TEST_KEY, unknown } from "./build-deps";
import { buildQuota, historyOf } from "./build-quota";
import { buildRequest } from "./build-request";
import { type FakeClock, fakeClock } from "./fake-clock";
import { type ClientAnswer, recordingReply } from "./recording-reply";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const STEP_MS = 20;

/** A call to `open(...).send`. */
export type SentCall = {
  /** Size of its body. */
  readonly bytes?: number;
  /** null: the client names none. */
  readonly maxTokens?: number | null;
  readonly model?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `POST` unless told. */
  readonly method?: string;
  /** `/v1/chat/completions` unless told. */
  readonly path?: string;
  /** Further fields of its body. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Its body as it is, in place of one made of the fields. */
  readonly body?: string | Uint8Array;
};

/** What a test says about its gateway. */
export type GatewayScene = Partial<Omit<GatewayParts, "keys" | "quota" | "upstream">> & {
  /** Of the key `TEST_KEY`. */
  readonly snapshot?: Partial<AuthSnapshot>;
  readonly keys?: Readonly<Record<string, AuthSnapshot>>;
  answer?(request: UpstreamRequest, index: number): UpstreamAnswer;
  /** What the engine has in front of the counters. */
  storeOf?(store: MemoryQuotaStore): QuotaStore;
  isLedgerUp?(): boolean;
  /** ISO instant at which the clock stands. */
  readonly start?: string;
  /** Else a fake one. On a real clock `send` is all that a test needs. */
  readonly clock?: FakeClock;
  /** The counters are shared with other gateways. */
  readonly isShared?: boolean;
};

/** A gateway on counters in memory, a clock that the test moves and an upstream that answers by script. */
export function openGateway(scene: GatewayScene) {
  const {
    snapshot,
    keys,
    answer = () => ({}),
    start,
    storeOf = (own) => own,
    isLedgerUp = () => true,
    clock = fakeClock(start),
    isShared = false,
    ...parts
  } = scene;
  const upstream = answeringUpstream(clock, answer);
  const store = memoryQuotaStore({ clock: { ...clock, after: () => () => {} }, replica: "test" });
  const history = historyOf(() => fixture.left.entries);
  const quota = buildQuota({
    clock,
    store: storeOf(store),
    history: whileUp(history, isLedgerUp),
    isLedgerUp,
    isShared,
  });
  const fixture = buildGatewayDeps({
    channels: [buildChannel({ baseUrl: "http://127.0.0.1:1" })],
    ...parts,
    quota,
    upstream: upstream.client,
    clock,
  });
  const known = new Map(
    Object.entries(keys ?? { [TEST_KEY]: buildAuthSnapshot(snapshot) }).map(([key, found]) => [digestKey(key), found]),
  );
  const auth: GatewayDeps["auth"] = {
    get: (digest, mayLookUp) => known.get(digest) ?? unknown(mayLookUp),
    follow() {},
  };
  const deps = { ...fixture.deps, auth };
  const gateway = createGateway(deps);
  const callerOf = (key: string) => known.get(digestKey(key)) ?? buildAuthSnapshot();
  return {
    ...fixture,
    ...{ deps, quota, store, clock, upstream: upstream.state, gateway },
    ...driving(gateway, clock),
    /** Replaces what is known of a key, as a change of configuration does. */
    change(given: Partial<AuthSnapshot>, key = TEST_KEY) {
      const before = callerOf(key);
      known.set(digestKey(key), { ...before, version: before.version + 1, ...given });
    },
    /** The counters of a key that are current at an instant (now unless told), each with what the ledger says of it. */
    counters: (key = TEST_KEY, at = clock.now(), from: QuotaStore = store) =>
      countersOf(callerOf(key), { deps, store: from, history, at }),
  };
}

function whileUp(history: UsageHistory, isUp: () => boolean): UsageHistory {
  return { read: async (ask) => (isUp() ? history.read(ask) : Promise.reject(new AppError("database_unavailable"))) };
}

/** Sends calls and lets time pass. */
function driving(gateway: Gateway, clock: FakeClock) {
  const send = (given: SentCall = {}) => {
    const { reply, answer } = recordingReply(clock);
    return { answer, handled: gateway.handle(callOf(given), reply) };
  };
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= STEP_MS) {
      for (let round = 0; round < 6; round++) await turn();
      clock.advance(Math.min(left, STEP_MS));
    }
  };
  /** Lets time pass until no call is left. */
  const finish = async () => {
    for (let step = 0; gateway.inflight() > 0 && step < 5_000; step++) await pass(STEP_MS);
    await turn();
  };
  const one = async (given: SentCall = {}) => {
    const sent = send(given);
    await finish();
    await sent.handled;
    return sent.answer;
  };
  return { send, pass, finish, one };
}

type Counting = { readonly deps: GatewayDeps; readonly store: QuotaStore; readonly history: UsageHistory; at: number };

async function countersOf(caller: AuthSnapshot, { deps, store, history, at }: Counting) {
  const plan = deps.limitPlans.planOf(caller, deps.config.current().settings);
  const buckets = allBuckets(plan, at);
  const asks = buckets.map(({ cell, ...ref }) => ({ ...ref, est: 0, worst: 0, enforcement: cell.enforcement }));
  const { userId, keyId, version } = caller;
  const config = { version, keyId, user: plan.user.fingerprint, key: plan.key.fingerprint };
  const seen = await store.peek({ userId, config, buckets: asks });
  const { seeds } = await history.read({ userId, buckets: buckets.map(seedAskOf), at });
  return buckets.map(({ id, kind }, index) => {
    const { settled, held, worst } = seen?.lines[index] ?? NEVER_ASKED;
    return { id, settled, held, worst, ledger: kind === "fixed" ? settled : (seeds[index]?.settled ?? 0) };
  });
}

/** An open scene. */
export type OpenGateway = ReturnType<typeof openGateway>;

const NEVER_ASKED: Pick<BucketLine, "settled" | "held" | "worst"> = { settled: 0, held: 0, worst: 0 };

/** Sends `count` calls, `width` at a time, each at once when one before ended. `served` counts the replies of status 200. */
export async function burst(
  scene: OpenGateway,
  { count, width, ...call }: SentCall & { count: number; width: number },
) {
  const answers: ClientAnswer[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next++;
      const { answer, handled } = scene.send(call);
      await handled;
      answers.push(answer);
    }
  };
  let isDone = false;
  const workers = Promise.all(Array.from({ length: width }, worker)).then(() => {
    isDone = true;
  });
  for (let step = 0; !isDone && step < 200_000; step++) await scene.pass(STEP_MS);
  await workers;
  const refused = answers.filter(({ status }) => status !== 200);
  const codes = [...new Set(refused.map(({ headers }) => headers["x-sluice-code"] ?? ""))].sort();
  return { served: answers.length - refused.length, codes, answers };
}

/** A body of so many bytes. */
function callOf({ bytes = 100, maxTokens = 50, model = "gpt-4o", key = TEST_KEY, ...given }: SentCall) {
  const { path = "/v1/chat/completions", method = "POST", headers, fields } = given;
  const line = { path, method, headers: { authorization: `Bearer ${key}`, ...headers } };
  if (given.body !== undefined) return buildRequest({ ...line, body: given.body });
  const body = { model, ...fields, ...(maxTokens === null ? {} : { max_tokens: maxTokens }), messages: "" };
  const text = JSON.stringify(body);
  const padded = JSON.stringify({ ...body, messages: "x".repeat(Math.max(0, bytes - text.length)) });
  return buildRequest({ ...line, body: padded });
}
