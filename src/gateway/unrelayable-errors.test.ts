import { buildChannel } from "@test/build-deps";
import { openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";

const CALLS = [
  { path: "/v1/chat/completions", model: "gpt-4o" },
  { path: "/v1/messages", model: "claude-sonnet-4-5" },
];
const LIMIT = 64 * 1024;

/** One channel that fails with a body of so many bytes, and may break off behind it. */
function open(status: number, bytes: number, isBroken = false) {
  return openGateway({
    channels: [buildChannel({ baseUrl: "http://127.0.0.1:1" })],
    answer: () => ({
      ...{ status, latencyMs: 1, events: [{ afterMs: 1, text: "e".repeat(bytes) }] },
      ...(isBroken ? { fault: "upstream_truncated" as const } : {}),
    }),
  });
}

describe.each(CALLS)("on $path an upstream's error (protocols-and-pricing.md 3.4)", (call) => {
  const CODES = [
    [400, 502, "upstream_error"],
    [500, 502, "upstream_error"],
    [429, 429, "upstream_rate_limited"],
    [529, 503, "upstream_overloaded"],
  ] as const;

  test.each(CODES)("%d beyond 64 KiB becomes %d %s", async (upstream, status, code) => {
    const answer = await open(upstream, LIMIT + 1).one(call);
    expect([answer.status, answer.headers["x-sluice-code"]]).toEqual([status, code]);
    expect(answer.body).not.toContain("eeee");
  });

  test.each(CODES)("%d that cannot be read becomes %d %s", async (upstream, status, code) => {
    const answer = await open(upstream, 10, true).one(call);
    expect([answer.status, answer.headers["x-sluice-code"]]).toEqual([status, code]);
  });

  test.each([400, 429, 500, 529])("%d of 64 KiB passes as it is", async (upstream) => {
    const answer = await open(upstream, LIMIT).one(call);
    expect([answer.status, answer.body.length, answer.headers["x-sluice-code"]]).toEqual([upstream, LIMIT, undefined]);
  });
});
