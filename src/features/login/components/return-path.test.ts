import { expect, test } from "vitest";
import { returnPath } from "./return-path";

test.each([
  ["/admin/channels", "/admin/channels"],
  ["/me/requests?outcome=denied", "/me/requests?outcome=denied"],
  ["/me", "/me"],
  ["/admin?x=1", "/admin?x=1"],
])("a page of ours is returned to: %s", (next, expected) => {
  expect(returnPath(next)).toBe(expected);
});

test.each([
  null,
  "",
  "/",
  "//evil.example/admin",
  "/\\evil.example",
  "https://evil.example/admin",
  "javascript:alert(1)",
  "/administer",
  "/api/auth/sign-out",
  "/admin/../api/auth/sign-out",
  "/admin/../../evil.example",
  "/\t/evil.example",
])("anything else falls back to the start page: %j", (next) => {
  expect(returnPath(next)).toBe("/");
});
