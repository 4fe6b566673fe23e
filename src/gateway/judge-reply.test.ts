import { expect, test } from "vitest";
import { judgeReply } from "./judge-reply";

test.each([
  [301, false, "upstream_error", true],
  [400, false, "upstream_error", false],
  [404, false, "upstream_error", true],
  [408, false, "upstream_error", true],
  [409, false, "upstream_error", true],
  [413, false, "upstream_error", false],
  [422, false, "upstream_error", false],
  [425, false, "upstream_error", true],
  [429, false, "upstream_rate_limited", true],
  [500, false, "upstream_error", true],
  [503, false, "upstream_error", true],
  [529, false, "upstream_overloaded", true],
  [401, true, "upstream_account_error", true],
  [429, true, "upstream_account_error", true],
])("a %d (account error: %s) is %s, next channel: %s", (...[status, isAccountError, code, next]) => {
  expect(judgeReply(status, isAccountError)).toEqual({ code, next });
});
