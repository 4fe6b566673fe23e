import { expect, test } from "vitest";
import { createProbes, type DegradedCode, type Phase } from "./probes";

const probes = (phase: Phase, codes: readonly DegradedCode[] = [], metricsToken: string | null = null) =>
  createProbes({
    phase: () => phase,
    degraded: () => codes,
    renderMetrics: async () => ({ body: "sluice_inflight 0\n", contentType: "text/plain" }),
    metricsToken,
  });

test("health answers whatever the state", () => {
  for (const phase of ["starting", "serving", "draining"] as const) expect(probes(phase).health().status).toBe(200);
});

test.each(["starting", "draining"] as const)("a replica that is %s is not ready", (phase) => {
  const { status, body } = probes(phase).ready();
  expect(status).toBe(503);
  expect(JSON.parse(body).codes).toEqual([phase]);
});

test("a shared store that fails leaves a running replica ready, and is named", () => {
  expect(probes("serving").ready()).toEqual({ status: 200, body: '{"status":"ok","codes":[]}' });
  const { status, body } = probes("serving", ["database_down", "redis_down"]).ready();
  expect(status).toBe(200);
  expect(JSON.parse(body)).toEqual({ status: "degraded", codes: ["database_down", "redis_down"] });
});

test.each([
  ["loopback", "127.0.0.1", {}, null, 200],
  ["loopback in IPv6", "::1", {}, null, 200],
  ["loopback mapped into IPv6", "::ffff:127.0.0.1", {}, null, 200],
  ["another machine", "10.0.0.7", {}, null, 403],
  ["another machine that claims loopback", "::ffff:10.0.0.7", {}, null, 403],
  ["a proxy on loopback", "127.0.0.1", { "x-forwarded-for": "203.0.113.9" }, null, 403],
  ["loopback without the token that is set", "127.0.0.1", {}, "letmein", 401],
  ["another machine with the token", "10.0.0.7", { authorization: "Bearer letmein" }, "letmein", 200],
  ["another machine with a wrong token", "10.0.0.7", { authorization: "Bearer letmeout" }, "letmein", 401],
])("SEC53: metrics asked by %s", async (...[, remoteAddress, headers, token, status]) => {
  const asked = await probes("serving", [], token).metrics({ headers, remoteAddress });
  expect(asked.status).toBe(status);
  expect(asked.body.includes("sluice_")).toBe(status === 200);
});
