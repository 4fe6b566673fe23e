import { describe, expect, test } from "vitest";
import { judgeBreak, judgeFirstEvent, judgeLaterEvent, judgeReply } from "./judge-attempt";

describe("the outcome of an attempt", () => {
  test.each([
    // status, account error, code, next, breaker, cools, refuses account, reply
    [301, false, "upstream_error", true, "failure", false, false, "own"],
    [400, false, "upstream_error", false, "neutral", false, false, "upstream"],
    [404, false, "upstream_error", true, "neutral", false, false, "upstream"],
    [408, false, "upstream_error", true, "failure", false, false, "upstream"],
    [409, false, "upstream_error", true, "neutral", false, false, "upstream"],
    [413, false, "upstream_error", false, "neutral", false, false, "upstream"],
    [422, false, "upstream_error", false, "neutral", false, false, "upstream"],
    [425, false, "upstream_error", true, "neutral", false, false, "upstream"],
    [429, false, "upstream_rate_limited", true, "neutral", true, false, "upstream"],
    [500, false, "upstream_error", true, "failure", false, false, "upstream"],
    [503, false, "upstream_error", true, "failure", false, false, "upstream"],
    [529, false, "upstream_overloaded", true, "neutral", true, false, "upstream"],
    [401, true, "upstream_account_error", true, "failure", false, true, "own"],
    [429, true, "upstream_account_error", true, "failure", false, true, "own"],
  ])(
    "a %d (account error: %s) is %s",
    (...[status, isAccountError, code, next, breaker, cools, refusesAccount, reply]) => {
      expect(judgeReply(status, isAccountError)).toEqual({
        ...{ kind: "upstream_failure", code, next, breaker, cools, refusesAccount, reply },
      });
    },
  );

  test.each([
    [429, "upstream_rate_limited", true],
    [500, "upstream_error", false],
    [529, "upstream_overloaded", true],
  ])(
    "a stream that begins with an error of %d fails over, counts, and cools only when it asks for it",
    (...[status, code, cools]) => {
      expect(judgeFirstEvent(status)).toMatchObject({ code, cools, next: true, breaker: "failure", reply: "upstream" });
      expect(judgeLaterEvent(status)).toMatchObject({ code, cools: false, next: false, breaker: "failure" });
    },
  );

  test("a connection that fails before the first byte fails over, one that breaks after it does not", () => {
    expect(judgeBreak("upstream_unreachable", false)).toMatchObject({ next: true, breaker: "failure", reply: "own" });
    expect(judgeBreak("upstream_timeout", true)).toMatchObject({
      code: "upstream_timeout",
      next: false,
      breaker: "failure",
    });
  });
});
