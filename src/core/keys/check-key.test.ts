import { expect, test } from "vitest";
import { checkKey } from "./check-key";

const open = { keyEnabled: true, expiresAt: null, userEnabled: true };

test.each([
  ["an enabled key of an enabled user passes", open, null],
  ["a disabled key is refused", { ...open, keyEnabled: false }, "key_disabled"],
  ["a disabled user is refused", { ...open, userEnabled: false }, "user_disabled"],
  ["a key is valid up to the last millisecond", { ...open, expiresAt: 1001 }, null],
  ["a key expires at its instant", { ...open, expiresAt: 1000 }, "key_expired"],
  ["disabled is named before expired", { keyEnabled: false, expiresAt: 1, userEnabled: false }, "key_disabled"],
  ["expired is named before the user", { keyEnabled: true, expiresAt: 1, userEnabled: false }, "key_expired"],
])("%s", (_, state, reason) => {
  expect(checkKey(state, 1000)).toBe(reason);
});
