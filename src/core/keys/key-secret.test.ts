import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createKeySecret, describeKey, digestKey } from "./key-secret";

describe("key secrets", () => {
  test("a new key has a prefix and 43 base62 digits, and no two are alike", () => {
    const keys = new Set(Array.from({ length: 200 }, createKeySecret));
    expect(keys.size).toBe(200);
    for (const key of keys) expect(key).toMatch(/^sk-sluice-[0-9A-Za-z]{43}$/);
  });

  test("the digest is SHA-256 of the whole key", () => {
    const key = createKeySecret();
    expect(digestKey(key)).toBe(createHash("sha256").update(key).digest("hex"));
  });

  test.each([
    ["empty", ""],
    ["another vendor's", `sk-proj-${"a".repeat(43)}`],
    ["too short", `sk-sluice-${"a".repeat(19)}`],
    ["too long", `sk-sluice-${"a".repeat(201)}`],
    ["with a space", `sk-sluice-${"a".repeat(20)} b`],
    ["with a line end", `sk-sluice-${"a".repeat(43)}\n`],
    ["beyond ASCII", `sk-sluice-${"é".repeat(43)}`],
  ])("a key that is %s has no digest", (_, key) => {
    expect(digestKey(key)).toBeNull();
  });

  test.each([20, 200])("an imported key of %i characters is accepted", (length) => {
    expect(digestKey(`sk-sluice-${"a_-Z".repeat(50).slice(0, length)}`)).toMatch(/^[0-9a-f]{64}$/);
  });

  test("what is stored shows the first four and the last four characters", () => {
    const key = `sk-sluice-Ab12${"x".repeat(35)}wxyz`;
    expect(describeKey(key)).toEqual({ digest: digestKey(key), prefix: "sk-sluice-Ab12", lastFour: "wxyz" });
    expect(() => describeKey("nonsense")).toThrow(RangeError);
  });
});
