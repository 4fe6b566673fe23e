import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import { memoryChannelPeers } from "@/stores/memory/channel-peers";
import { DEFAULT_BREAKER } from "./breaker";
import { type AttemptResult, createChannelHealth, type HealthChannel } from "./channel-health";
import { type ChannelRejection, judgeReply } from "./judge-attempt";

const CHANNEL: HealthChannel = { id: 1, credentials: [{ id: 1, value: "first" }] };
const RULES = { defaultMs: 0, maxMs: 900_000 };
const FAILED = judgeReply(500, false);
const REFUSED = judgeReply(401, true);

/** Replicas that tell each other, on one clock. */
function openReplicas() {
  const clock = fakeClock();
  const hub = memoryChannelPeers(clock);
  const replica = () => createChannelHealth({ clock, peers: hub.join() });
  return { clock, a: replica(), b: replica(), replica };
}

const result = (verdict: AttemptResult["verdict"], given: Partial<AttemptResult> = {}): AttemptResult => ({
  ...{
    channel: CHANNEL,
    model: "gpt-4o",
    verdict,
    isAnswered: true,
    credentialId: 1,
    headers: {},
    probe: null,
    rules: RULES,
  },
  ...given,
});
type Health = ReturnType<typeof openReplicas>["a"];
const standing = (health: Health, model = "gpt-4o", channel = CHANNEL) => {
  const found = health.standing(channel, model);
  return found.kind === "out" ? found.reason : found.kind;
};
const times = (count: number, work: () => void) => Array.from({ length: count }, work);
const probe = async (health: Health, verdict: AttemptResult["verdict"]) => {
  const taken = await health.takeProbe(1);
  health.ended(result(verdict, { probe: taken }));
  return taken !== null;
};

describe("cooldown", () => {
  test("a 429 that says how long takes that model of that channel out, everywhere, until then", () => {
    const { clock, a, b } = openReplicas();
    a.ended(result(judgeReply(429, false), { headers: { "retry-after": "3" } }));
    expect([standing(a), standing(b)]).toEqual(["cooling", "cooling"]);
    expect(standing(a, "gpt-4o-mini")).toBe("eligible");
    expect(standing(a, "gpt-4o", { ...CHANNEL, id: 2 })).toBe("eligible");
    a.ended(result("good"));
    clock.advance(2_999);
    expect([standing(a), standing(b)]).toEqual(["cooling", "cooling"]);
    clock.advance(1);
    expect([standing(a), standing(b)]).toEqual(["eligible", "eligible"]);
  });

  test("a 429 without a header, and a 500 with one, take nothing out", () => {
    const { a } = openReplicas();
    a.ended(result(judgeReply(429, false)));
    a.ended(result(FAILED, { headers: { "retry-after": "30" } }));
    expect(standing(a)).toBe("eligible");
  });
});

describe("breaker", () => {
  test("five failures in a row open it everywhere, for 30 s; then one request at a time may probe", async () => {
    const { clock, a, b } = openReplicas();
    times(4, () => a.ended(result(FAILED)));
    expect(standing(a)).toBe("eligible");
    a.ended(result(FAILED));
    clock.advance(29_999);
    expect([standing(a), standing(b)]).toEqual(["tripped", "tripped"]);
    clock.advance(1);
    expect([standing(a), standing(b)]).toEqual(["probe", "probe"]);
    const taken = await a.takeProbe(1);
    expect([await b.takeProbe(1), await a.takeProbe(1)]).toEqual([null, null]);
    expect(a.facts(CHANNEL).isProbing).toBe(true);
    a.ended(result("good", { probe: taken }));
    expect([standing(a), standing(b)]).toEqual(["probe", "probe"]);
    expect(await probe(b, "good")).toBe(true);
    expect([standing(a), standing(b)]).toEqual(["eligible", "eligible"]);
    a.ended(result(FAILED));
    expect(standing(a)).toBe("eligible");
  });

  test("a bad probe opens it for twice as long; one that tells nothing leaves it due", async () => {
    const { clock, a, b } = openReplicas();
    times(5, () => a.ended(result(FAILED)));
    clock.advance(30_000);
    await probe(a, "neutral");
    expect([standing(a), standing(b)]).toEqual(["probe", "probe"]);
    await probe(b, FAILED);
    clock.advance(59_999);
    expect([standing(a), standing(b)]).toEqual(["tripped", "tripped"]);
    clock.advance(1);
    expect([standing(a), standing(b)]).toEqual(["probe", "probe"]);
  });

  test("what is neutral neither counts nor interrupts a row, and a success interrupts it", () => {
    const { a } = openReplicas();
    times(4, () => a.ended(result(FAILED)));
    times(20, () => a.ended(result(judgeReply(400, false))));
    times(20, () => a.ended(result("neutral")));
    a.ended(result("good"));
    expect(standing(a)).toBe("eligible");
    a.ended(result(FAILED));
    expect(standing(a)).toBe("eligible");
  });

  test("half of ten attempts open it; attempts older than 30 s do not count", () => {
    const { clock, a } = openReplicas();
    times(4, () => a.ended(result(FAILED)));
    clock.advance(31_000);
    times(6, () => a.ended(result("good")));
    times(4, () => a.ended(result(FAILED)));
    expect(standing(a)).toBe("eligible");
    times(2, () => a.ended(result("good")));
    times(3, () => a.ended(result(FAILED)));
    expect(standing(a)).toBe("eligible");
    a.ended(result(FAILED));
    expect(standing(a)).toBe("tripped");
  });

  test("attempts that were under way when it opened change nothing", () => {
    const { clock, a } = openReplicas();
    times(5, () => a.ended(result(FAILED)));
    times(5, () => a.ended(result(FAILED)));
    a.ended(result("good"));
    clock.advance(29_999);
    expect(standing(a)).toBe("tripped");
    clock.advance(1);
    expect(standing(a)).toBe("probe");
  });

  test("a replica that joins later knows it", () => {
    const { a, replica } = openReplicas();
    times(5, () => a.ended(result(FAILED)));
    expect(standing(replica())).toBe("tripped");
  });

  test("a channel whose breaker is switched off is never out", () => {
    const { a } = openReplicas();
    const breaker = { enabled: false, failures: 1, ratioPct: 1, minAttempts: 1, openMs: 1_000 };
    times(20, () => a.ended(result(FAILED, { channel: { ...CHANNEL, breaker } })));
    expect(standing(a, "gpt-4o", { ...CHANNEL, breaker })).toBe("eligible");
  });
});

describe("account", () => {
  test("three refusals in a row take the channel out for 5 minutes, or until it has a new credential", () => {
    const { clock, a } = openReplicas();
    times(2, () => a.ended(result(REFUSED)));
    a.ended(result("good"));
    times(2, () => a.ended(result(REFUSED)));
    expect(standing(a)).toBe("eligible");
    a.ended(result(REFUSED));
    expect([standing(a), standing(a, "another")]).toEqual(["auth_failed", "auth_failed"]);
    expect(a.facts(CHANNEL).isAuthFailed).toBe(true);
    expect(standing(a, "gpt-4o", { ...CHANNEL, credentials: [{ id: 1, value: "second" }] })).toBe("eligible");
    times(3, () => a.ended(result(REFUSED)));
    clock.advance(300_000);
    expect(standing(a)).not.toBe("auth_failed");
  });

  test("a reply that never came says nothing of the credential", () => {
    const { a } = openReplicas();
    times(2, () => a.ended(result(REFUSED)));
    a.ended(result(FAILED, { isAnswered: false }));
    a.ended(result(REFUSED));
    expect(standing(a)).toBe("auth_failed");
  });
});

test("a passed test says nothing of the breaker: two good probes close it (C12)", async () => {
  const { clock, a, b } = openReplicas();
  times(5, () => a.ended(result(FAILED)));
  b.passed(1);
  expect([standing(a), standing(b)]).toEqual(["tripped", "tripped"]);
  clock.advance(30_000);
  a.passed(1);
  expect([standing(a), standing(b)]).toEqual(["probe", "probe"]);
  await probe(a, "good");
  a.passed(1);
  expect(standing(a)).toBe("probe");
  await probe(a, "good");
  expect([standing(a), standing(b)]).toEqual(["eligible", "eligible"]);
});

test("a rejection by a limiter is not taken for a failure of the upstream", () => {
  const { a } = openReplicas();
  const rejection: ChannelRejection = { kind: "full", by: "queue", retryAfterMs: 1_000 };
  // @ts-expect-error the two are different types
  const mixed: AttemptResult = result(rejection);
  expect(mixed.verdict).toBe(rejection);
  expect(standing(a)).toBe("eligible");
});

describe("credentials", () => {
  const TWO: HealthChannel = {
    id: 1,
    credentials: [
      { id: 4, value: "first" },
      { id: 5, value: "second" },
    ],
    breaker: { ...DEFAULT_BREAKER, enabled: false },
  };
  const refuse = (health: Health, credentialId: number, count = 3) =>
    times(count, () => health.ended(result(REFUSED, { channel: TWO, credentialId })));

  test("the next one is used after three refusals in a row; after its three the account rests for 5 minutes", () => {
    const { clock, a } = openReplicas();
    expect(a.credentialOf(TWO)?.id).toBe(4);
    refuse(a, 4);
    expect([a.credentialOf(TWO)?.id, standing(a, "gpt-4o", TWO)]).toEqual([5, "eligible"]);
    refuse(a, 5);
    expect(standing(a, "gpt-4o", TWO)).toBe("auth_failed");
    clock.advance(300_000);
    expect([a.credentialOf(TWO)?.id, standing(a, "gpt-4o", TWO)]).toEqual([4, "eligible"]);
  });

  test("with the breaker's defaults the next one is used before it opens, and its success closes the row (C2, C12)", () => {
    const { a } = openReplicas();
    const channel = { ...TWO, breaker: DEFAULT_BREAKER };
    refuse(a, 4);
    expect([a.credentialOf(channel)?.id, standing(a, "gpt-4o", channel)]).toEqual([5, "eligible"]);
    a.ended(result("good", { channel, credentialId: 5 }));
    times(4, () => a.ended(result(FAILED, { channel, credentialId: 5 })));
    expect(standing(a, "gpt-4o", channel)).toBe("eligible");
  });

  test("a new one, or a test that passed on any replica, ends the rest at once", () => {
    const { a, b } = openReplicas();
    refuse(a, 4);
    refuse(a, 5);
    b.passed(2);
    expect(standing(a, "gpt-4o", TWO)).toBe("auth_failed");
    b.passed(1);
    expect([a.credentialOf(TWO)?.id, standing(a, "gpt-4o", TWO)]).toEqual([4, "eligible"]);
    refuse(a, 4);
    refuse(a, 5);
    const renewed = { ...TWO, credentials: [{ id: 4, value: "renewed" }] };
    expect([a.credentialOf(renewed)?.id, standing(a, "gpt-4o", renewed)]).toEqual([4, "eligible"]);
  });
});
