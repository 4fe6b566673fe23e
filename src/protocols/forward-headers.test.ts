import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headersDown, headersUp } from "./forward-headers";

const OWN = { set: {}, remove: [] };
const SECRET = "sk-sluice-client";
/** The end of a name in an open family. */
const tail = fc.stringMatching(/^[a-z][a-z-]{0,12}$/);
const inFamily = (...families: readonly string[]) =>
  fc.tuple(fc.constantFrom(...families), tail).map(([family, rest]) => `${family}${rest}`);

/** The rows `Removed` of protocols-and-pricing.md 2.2 and 2.3. */
const NEVER_UP = fc.oneof(
  fc.constantFrom(
    ...["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-connection"],
    ...[
      "host",
      "content-length",
      "content-encoding",
      "expect",
      "authorization",
      "x-api-key",
      "x-goog-api-key",
      "api-key",
    ],
    ...["proxy-authorization", "cookie", "forwarded", "x-real-ip", "via", "true-client-ip", "origin", "referer"],
    ...["openai-organization", "openai-project", "x-goog-user-project", "traceparent", "tracestate", "baggage"],
  ),
  inFamily("x-forwarded-", "cf-", "sec-", "x-sluice-"),
);
const NEVER_DOWN = fc.oneof(
  fc.constantFrom(
    ...[
      "connection",
      "keep-alive",
      "transfer-encoding",
      "trailer",
      "upgrade",
      "set-cookie",
      "server",
      "via",
      "alt-svc",
    ],
    ...["strict-transport-security", "nel", "report-to", "openai-organization", "openai-project", "x-models-etag"],
    ...["anthropic-organization-id", "content-encoding"],
  ),
  inFamily("access-control-", "cf-", "anthropic-ratelimit-", "anthropic-priority-", "anthropic-fast-"),
  inFamily("x-ratelimit-", "x-sluice-", "x-codex-").filter((name) => name !== "x-codex-turn-state"),
);
/** The row `Verbatim`, and names that nobody knows. */
const PASSES = fc.oneof(
  fc.constantFrom(
    ...["anthropic-beta", "anthropic-version", "openai-beta", "user-agent", "originator", "session_id"],
    ...["x-codex-turn-state", "x-goog-api-client", "idempotency-key", "x-session-id", "accept"],
  ),
  inFamily("x-stainless-", "x-claude-code-", "x-other-"),
);
const RETURNS = fc.oneof(
  fc.constantFrom("content-type", "retry-after", "retry-after-ms", "x-should-retry", "x-codex-turn-state", "etag"),
  inFamily("x-other-", "openai-processing-"),
);

const of = (names: readonly string[], value: string) => Object.fromEntries(names.map((name) => [name, value]));

describe("headers on their way", () => {
  test("up: no credential, cookie, address or header of ours, and all others as they came", () => {
    fc.assert(
      fc.property(fc.array(NEVER_UP), fc.array(PASSES), (removed, passing) => {
        const up = headersUp({ ...of(removed, SECRET), ...of(passing, "ok") }, { "x-api-key": "channel" }, OWN);
        expect(up).toEqual({ ...of(passing, "ok"), "accept-encoding": "identity", "x-api-key": "channel" });
        expect(JSON.stringify(up)).not.toContain(SECRET);
      }),
    );
  });

  test("down: no account, limit, cookie or header of ours, and all others as they came", () => {
    fc.assert(
      fc.property(fc.array(NEVER_DOWN), fc.array(RETURNS), (removed, passing) => {
        const down = headersDown({ ...of(removed, "account"), ...of(passing, "ok") });
        expect(down).toEqual(of(passing, "ok"));
      }),
    );
  });

  test("what a connection header names is for that connection alone, in both directions", () => {
    expect(headersUp({ connection: "close, X-Hop", "x-hop": "1", "x-other": "1" }, {}, OWN)).toEqual({
      ...{ "x-other": "1", "accept-encoding": "identity" },
    });
    expect(headersDown({ connection: ["close", "X-Hop"], "x-hop": "1", "x-other": "1" })).toEqual({ "x-other": "1" });
  });
});
