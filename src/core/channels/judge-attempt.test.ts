import { describe, expect, test } from "vitest";
import { judgeBreak, judgeFirstEvent, judgeLaterEvent, judgeReply } from "./judge-attempt";

describe("the outcome of an attempt", () => {
  test.each([
    // status, account error, row, code, next, breaker, cools, refuses account, reply
    [301, false, "server_error", "upstream_error", true, "failure", false, false, "own"],
    [400, false, "bad_request", "upstream_error", false, "neutral", false, false, "upstream"],
    [404, false, "not_served", "upstream_error", true, "neutral", false, false, "upstream"],
    [408, false, "not_served", "upstream_error", true, "failure", false, false, "upstream"],
    [409, false, "not_served", "upstream_error", true, "neutral", false, false, "upstream"],
    [413, false, "bad_request", "upstream_error", false, "neutral", false, false, "upstream"],
    [422, false, "bad_request", "upstream_error", false, "neutral", false, false, "upstream"],
    [425, false, "not_served", "upstream_error", true, "neutral", false, false, "upstream"],
    [429, false, "rate_limited", "upstream_rate_limited", true, "neutral", true, false, "upstream"],
    [500, false, "server_error", "upstream_error", true, "failure", false, false, "upstream"],
    [503, false, "server_error", "upstream_error", true, "failure", false, false, "upstream"],
    [529, false, "rate_limited", "upstream_overloaded", true, "neutral", true, false, "upstream"],
    [401, true, "account_refused", "upstream_account_error", true, "failure", false, true, "own"],
    [429, true, "account_refused", "upstream_account_error", true, "failure", false, true, "own"],
  ])(
    "a %d (account error: %s) is %s",
    (...[status, isAccountError, row, code, next, breaker, cools, refusesAccount, reply]) => {
      expect(judgeReply(status, isAccountError)).toEqual({
        ...{ kind: "upstream_failure", row, code, next, breaker, cools, refusesAccount, reply },
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
      expect(judgeFirstEvent(status)).toMatchObject({
        ...{ row: "server_error", code, cools, next: true, breaker: "failure", reply: "upstream" },
      });
      expect(judgeLaterEvent(status)).toMatchObject({
        row: "broken_off",
        code,
        cools: false,
        next: false,
        breaker: "failure",
      });
    },
  );

  test("a connection that fails before the first byte fails over, one that breaks after it does not", () => {
    expect(judgeBreak("upstream_unreachable", false)).toMatchObject({
      row: "no_answer",
      next: true,
      breaker: "failure",
      reply: "own",
    });
    expect(judgeBreak("upstream_timeout", true)).toMatchObject({
      row: "broken_off",
      code: "upstream_timeout",
      next: false,
      breaker: "failure",
    });
  });
});
