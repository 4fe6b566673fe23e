import { expect, test } from "vitest";
import { createMetrics } from "./metrics";

test("requests, attempts, denials and cost are counted under their labels", async () => {
  const metrics = createMetrics("1.2.3");
  metrics.requestEnded({ protocol: "openai-chat", outcome: "ok", status: 200, durationMs: 40, costNanoUsd: 750_000 });
  metrics.attemptEnded({ outcome: "upstream_error", status: null, firstByteMs: null });
  metrics.denied("invalid_key");
  metrics.inflight(1);
  const { body } = await metrics.render();
  expect(body).toContain('sluice_requests_total{protocol="openai-chat",outcome="ok",status="200"} 1');
  expect(body).toContain("sluice_cost_nusd_total 750000");
  expect(body).toContain('sluice_attempts_total{outcome="upstream_error",status="none"} 1');
  expect(body).toContain('sluice_denials_total{code="invalid_key"} 1');
  expect(body).toContain("sluice_inflight 1");
  expect(body).toContain('sluice_build_info{version="1.2.3"} 1');
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
  }));
  lag = 9;
  const { body } = await metrics.render();
  expect(body).toContain("sluice_ledger_lag_seconds 9");
  expect(body).toContain("sluice_database_up 0");
});
