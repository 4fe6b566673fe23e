import { expect, test } from "vitest";
import { createAccessTokenSecret, describeAccessToken, digestAccessToken } from "./access-token-secret";

test("a new secret is 256 random bits behind its prefix, and no two are alike", () => {
  const secrets = Array.from({ length: 100 }, () => createAccessTokenSecret());
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) {
    expect(secret).toMatch(/^at-sluice-[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(secret.slice(10), "base64url")).toHaveLength(32);
  }
});

test("what is stored of a secret is its digest and what may be shown", () => {
  const secret = `at-sluice-${"Ab12".padEnd(43, "x")}`;
  const stored = describeAccessToken(secret);
  expect(stored).toEqual({ digest: digestAccessToken(secret), prefix: "at-sluice-Ab12" });
  expect(stored.digest).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  "",
  "at-sluice-",
  `at-sluice-${"a".repeat(42)}`,
  `at-sluice-${"a".repeat(44)}`,
  `sk-sluice-${"a".repeat(43)}`,
])("%j is no access token", (text) => {
  expect(digestAccessToken(text)).toBeNull();
  expect(() => describeAccessToken(text)).toThrow(RangeError);
});
