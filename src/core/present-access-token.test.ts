import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import type { AccessTokenFacts } from "./access/access-token";
import { digestAccessToken } from "./access/access-token-secret";
import { createKeyAttempts } from "./keys/key-attempts";
import { createPresentAccessToken } from "./present-access-token";

const SECRET = `at-sluice-${"a".repeat(43)}`;

function open(patch: Partial<AccessTokenFacts> | null = {}) {
  const clock = fakeClock();
  const asked: string[] = [];
  const touched: number[] = [];
  const facts: AccessTokenFacts = {
    ...{ id: 3, name: "script", scopes: ["read"], expiresAt: null, revokedAt: null, lastUsedAt: null },
    owner: { id: 1, role: "admin", enabled: true },
    ...patch,
  };
  const present = createPresentAccessToken({
    source: {
      async findByDigest(digest) {
        asked.push(digest);
        return patch === null ? null : facts;
      },
      async touch(_id, at) {
        touched.push(at);
      },
    },
    attempts: createKeyAttempts(clock),
    clock,
  });
  return { clock, asked, touched, facts, present };
}

const NOW = fakeClock().now();
test.each<[string, Partial<AccessTokenFacts>, string]>([
  ["revoked", { revokedAt: 1, expiresAt: 1 }, "access_token_revoked"],
  ["at its end", { expiresAt: NOW }, "access_token_expired"],
  ["of a user", { owner: { id: 1, role: "user", enabled: true } }, "access_token_suspended"],
  ["of a disabled admin", { owner: { id: 1, role: "admin", enabled: false } }, "access_token_suspended"],
])("one that is %s is refused and not written down as used", async (...[, patch, code]) => {
  const { present, touched } = open(patch);
  await expect(present(SECRET, null)).rejects.toMatchObject({ code });
  expect(touched).toEqual([]);
});

test("one that is in force is told, a millisecond before its end too", async () => {
  const { present, facts } = open({ expiresAt: NOW + 1 });
  expect(await present(SECRET, null)).toEqual(facts);
});

test("a use is written down when the last one is a minute old", async () => {
  for (const [lastUsedAt, times] of [
    [null, 1],
    [NOW - 59_999, 0],
    [NOW - 60_000, 1],
  ] as const) {
    const { present, touched } = open({ lastUsedAt });
    await present(SECRET, null);
    expect(touched).toHaveLength(times);
  }
});

test("malformed ones are refused without a look-up and are no guesses", async () => {
  const { present, asked } = open(null);
  for (let index = 0; index < 200; index++) {
    await expect(present("at-sluice-x", "192.0.2.1")).rejects.toMatchObject({ code: "access_token_invalid" });
  }
  expect(asked).toEqual([]);
  await expect(present(SECRET, "192.0.2.1")).rejects.toMatchObject({ code: "access_token_invalid" });
});

const GUESS = `at-sluice-${"g".repeat(43)}`;

test("one that opened lately is looked up in spite of guesses from its address, and refused once it is revoked", async () => {
  const clock = fakeClock();
  const attempts = createKeyAttempts(clock);
  let revokedAt: number | null = null;
  let owner: AccessTokenFacts["owner"] = { id: 1, role: "admin", enabled: true };
  const digest = digestAccessToken(SECRET);
  const facts = { id: 3, name: "script", scopes: ["read"], expiresAt: null, lastUsedAt: clock.now() };
  const source = {
    findByDigest: async (asked: string) => (asked === digest ? { ...facts, revokedAt, owner } : null),
    touch: async () => {},
  };
  const present = createPresentAccessToken({ source, attempts, clock });
  const codeFrom = (secret: string) =>
    present(secret, "192.0.2.1").then(
      () => "ok",
      ({ code }) => code,
    );
  expect(await codeFrom(SECRET)).toBe("ok");
  for (let index = 0; index < 100; index++) expect(await codeFrom(GUESS)).toBe("access_token_invalid");
  expect(await codeFrom(GUESS)).toBe("auth_attempts_exceeded");
  expect(await codeFrom(SECRET)).toBe("ok");
  owner = { ...owner, role: "user" };
  expect(await codeFrom(SECRET)).toBe("access_token_suspended");
  owner = { ...owner, role: "admin" };
  revokedAt = clock.now();
  expect(await codeFrom(SECRET)).toBe("auth_attempts_exceeded");
});

test("one that opens nothing any more counts as a guess", async () => {
  const { present } = open({ revokedAt: 1 });
  const ask = () => present(SECRET, "192.0.2.1");
  for (let index = 0; index < 100; index++) await expect(ask()).rejects.toMatchObject({ code: "access_token_revoked" });
  await expect(ask()).rejects.toMatchObject({ code: "auth_attempts_exceeded" });
});
