import { expect, test } from "vitest";
import { readCookie, signInsOf } from "./sign-in-cookies";

test.each<[string | null, readonly string[]]>([
  [null, []],
  ["", []],
  ["NEXT_LOCALE=ja; other.session_token=a; xsluice.session_token=a", []],
  ["sluice.session_token=", []],
  ["sluice.session_token=a", ["account"]],
  ["a=b;__Host-sluice.session_token=a; sluice.session_token=b", ["account"]],
  ["sluice.key_session_token=a", ["key"]],
  ["__Host-sluice.key_session_token=a; sluice.session_token=b", ["account", "key"]],
])("the Cookie header %j carries the sign-ins %j", (...[header, kinds]) => {
  expect(signInsOf(header)).toEqual(kinds);
});

test("a cookie's value is read whole, and the first of a name counts", () => {
  expect(readCookie("a=1; b=x=y==; b=2", "b")).toBe("x=y==");
  expect(readCookie("ab=1", "b")).toBeNull();
});
