import { expect, test } from "vitest";
import { createMetrics } from "./metrics";

test("look-ups of keys are counted by layer and result, and timed by layer", async () => {
  const { auth, render } = createMetrics("1.2.3");
  for (const result of ["hit", "hit", "stale"]) auth.counted("l1", result);
  auth.counted("db", "negative");
  auth.loaded("db", 20);
  const { body } = await render();
  expect(body).toContain('sluice_auth_cache_total{layer="l1",result="hit"} 2');
  expect(body).toContain('sluice_auth_cache_total{layer="l1",result="stale"} 1');
  expect(body).toContain('sluice_auth_cache_total{layer="db",result="negative"} 1');
  expect(body).toContain('sluice_auth_load_seconds_bucket{le="0.025",layer="db"} 1');
  expect(body).toContain('sluice_auth_load_seconds_sum{layer="db"} 0.02');
});
