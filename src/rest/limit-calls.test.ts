import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { AppError, toAppError } from "@/core/errors";
import type { Actor } from "@/operations/operation";
import { createCallLimiter, limitedReply } from "./limit-calls";
import { problem } from "./problem";

const actor = (patch: Partial<Actor>): Actor => ({
  ...{ kind: "account", via: "api", role: "admin", userId: 1, name: "ada", address: "203.0.113.7" },
  ...patch,
});
const anonymous = (address: string | null) => actor({ kind: "anonymous", role: null, userId: null, address });

function build(perMinute = 3) {
  const clock = fakeClock();
  const setting = { perMinute };
  const limit = createCallLimiter({ clock, perMinute: () => setting.perMinute });
  const allowed = (who: Actor, times: number) =>
    Array.from({ length: times }, () => limit(who)).filter(({ isAllowed }) => isAllowed).length;
  return { clock, setting, limit, allowed };
}

test("an actor may call as often in any minute as the setting says, and a refused call does not count", () => {
  const { clock, limit, allowed } = build();
  expect(allowed(actor({}), 10)).toBe(3);
  expect(limit(actor({}))).toEqual({ isAllowed: false, limit: 3, remaining: 0, resetMs: 60_000, waitMs: 60_000 });
  clock.advance(59_999);
  expect(limit(actor({}))).toMatchObject({ isAllowed: false, waitMs: 1 });
  clock.advance(1);
  expect(allowed(actor({}), 10)).toBe(3);
});

test("calls come back one by one as they grow a minute old", () => {
  const { clock, limit, allowed } = build();
  limit(actor({}));
  clock.advance(20_000);
  expect(allowed(actor({}), 5)).toBe(2);
  clock.advance(40_000);
  expect(limit(actor({}))).toMatchObject({ isAllowed: true, remaining: 0 });
  expect(limit(actor({}))).toMatchObject({ isAllowed: false, waitMs: 20_000 });
});

test("accounts, tokens, keys and addresses are counted each for itself", () => {
  const { allowed } = build();
  const actors = [
    actor({}),
    actor({ userId: 2 }),
    actor({ kind: "token", accessTokenId: 1, scopes: ["read"] }),
    actor({ kind: "token", accessTokenId: 2, scopes: ["read"] }),
    actor({ kind: "key", keyId: 1 }),
    actor({ kind: "key", keyId: 2 }),
  ];
  expect(actors.map((one) => allowed(one, 5))).toEqual(actors.map(() => 3));
});

test("the same account counts once from wherever it calls", () => {
  const { allowed } = build();
  expect(allowed(actor({ address: "203.0.113.7" }), 2) + allowed(actor({ address: "203.0.113.8" }), 2)).toBe(3);
});

test("an address without a sign-in has 60 calls a minute whatever the setting says", () => {
  const { allowed } = build(100_000);
  expect([allowed(anonymous("203.0.113.7"), 100), allowed(anonymous("203.0.113.8"), 100)]).toEqual([60, 60]);
  expect(allowed(anonymous(null), 100)).toBe(60);
});

test("a changed setting holds at once, also below what was used", () => {
  const { setting, limit, allowed } = build(10);
  allowed(actor({}), 10);
  setting.perMinute = 12;
  expect(limit(actor({}))).toMatchObject({ isAllowed: true, limit: 12, remaining: 1 });
  setting.perMinute = 10;
  expect(limit(actor({}))).toMatchObject({ isAllowed: false, limit: 10, remaining: 0 });
});

test("memory is bounded: the actor that was quiet the longest is forgotten", () => {
  const { limit } = build(10);
  for (let userId = 1; userId <= 10_001; userId += 1) limit(actor({ userId }));
  expect(limit(actor({ userId: 10_001 })).remaining).toBe(8);
  expect(limit(actor({ userId: 1 })).remaining).toBe(9);
});

test("every reply tells how the actor stands, a refusal when to come back", async () => {
  const { clock, limit } = build(2);
  const refuse = (error: unknown) => problem(toAppError(error), "req_1");
  const told = ({ headers }: Response) =>
    ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after"].map((name) => headers.get(name));
  const call = (reply: () => Promise<Response>) => limitedReply(limit(actor({})), reply, refuse);
  expect(told(await call(async () => new Response("{}")))).toEqual(["2", "1", "60", null]);
  clock.advance(500);
  const failed = await call(async () => Promise.reject(new AppError("not_found")));
  expect([failed.status, told(failed)]).toEqual([404, ["2", "0", "60", null]]);
  let ran = false;
  const refused = await call(async () => {
    ran = true;
    return new Response();
  });
  expect([refused.status, ran, told(refused)]).toEqual([429, false, ["2", "0", "60", "60"]]);
  expect(await refused.json()).toMatchObject({
    code: "api_rate_exceeded",
    params: { limit: 2, retryAfterSeconds: 60 },
  });
});
