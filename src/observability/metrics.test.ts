import { expect, test } from "vitest";
import { createMetrics } from "./metrics";

test("requests, denials, failures of the counters and cost are counted under their labels", async () => {
  const metrics = createMetrics("1.2.3");
  metrics.requestEnded({ protocol: "openai-chat", outcome: "ok", status: 200, durationMs: 40, costNanoUsd: 750_000 });
  metrics.denied("invalid_key", "gateway");
  metrics.storeFailed("denied");
  metrics.inflight(1);
  const { body } = await metrics.render();
  expect(body).toContain('sluice_requests_total{protocol="openai-chat",outcome="ok",status="200"} 1');
  expect(body).toContain("sluice_cost_nusd_total 750000");
  expect(body).toContain('sluice_denials_total{code="invalid_key",source="gateway"} 1');
  expect(body).toContain('sluice_rate_store_errors_total{policy="admitted"} 0');
  expect(body).toContain('sluice_rate_store_errors_total{policy="denied"} 1');
  expect(body).toContain("sluice_inflight 1");
  expect(body).toContain('sluice_build_info{version="1.2.3"} 1');
});

test("times are counted in cumulative buckets, also beyond the last bound", async () => {
  const metrics = createMetrics("1.2.3");
  for (const durationMs of [5, 5.1, 40, 500_000])
    metrics.requestEnded({ protocol: "gemini", outcome: "ok", status: 200, durationMs, costNanoUsd: 0 });
  const { body } = await metrics.render();
  const lines = body.split("\n").filter((line) => line.startsWith("sluice_request_seconds"));
  const bucket = (le: string, count: number) => `sluice_request_seconds_bucket{le="${le}",protocol="gemini"} ${count}`;
  expect(lines).toEqual(expect.arrayContaining([bucket("0.005", 1), bucket("0.01", 2), bucket("0.05", 3)]));
  expect(lines).toEqual(expect.arrayContaining([bucket("120", 3), bucket("+Inf", 4)]));
  expect(lines).toContain('sluice_request_seconds_count{protocol="gemini"} 4');
  expect(lines).toContain('sluice_request_seconds_sum{protocol="gemini"} 500.0501');
  expect(body).toContain("# TYPE sluice_request_seconds histogram");
  expect(body).toContain("# TYPE sluice_requests_total counter");
});

test("state is read when it is asked for", async () => {
  const metrics = createMetrics("1.2.3");
  let lag = 1;
  metrics.observe(() => ({
    ledgerLagSeconds: lag,
    ledgerPending: 2,
    journalBytes: 3,
    configVersion: 4,
    configStalenessSeconds: 5,
    droppedDenials: 6,
    isDatabaseUp: false,
    holdsOpen: 7,
    quotaWaiting: 8,
    quotaRebuilds: 9,
    quotaDriftNanoUsd: 10,
    areCountersUp: true,
    channels: [],
  }));
  lag = 9;
  const { body } = await metrics.render();
  expect(body).toContain("sluice_ledger_lag_seconds 9");
  expect(body).toContain("sluice_database_up 0");
  expect(body).toContain("sluice_holds_open 7");
  expect(body).toContain("sluice_quota_waiting 8");
  expect(body).toContain("sluice_quota_rebuilds 9");
  expect(body).toContain("sluice_quota_drift_nusd 10");
  expect(body).toContain("sluice_counters_up 1");
});
