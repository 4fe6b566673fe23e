import type { ExamplesOf } from "../operation-example";
import type { SettingsView } from "./schema";

const view: SettingsView = {
  values: {
    ...{ gatewayName: "Sluice", timeZone: "Europe/Berlin", weekStart: "monday", dailyReset: "00:00" },
    windowModes: { "5h": "rolling", daily: "calendar", weekly: "calendar", monthly: "calendar" },
    ...{ enforcement: "balanced", modelGroupLimits: true, failOpen: true },
    failOpenAllowance: { percent: 2, maxUsd: "1" },
    requestRate: { enabled: false, periodMinutes: 1, total: 0, successful: 1_000, groups: {} },
    ...{ billingModel: "requested", defaultLocale: "en", publicUrl: "https://llm.example.com" },
    ...{ unpricedModels: "block", maxAttempts: 3, requestDeadlineMs: 600_000, channelOverflow: "spill" },
    ...{ cooldownDefaultMs: 0, cooldownMaxMs: 900_000, breakerLastChannel: "pass", queueHeartbeatMs: 0 },
    ...{ drainTimeoutMs: 30_000, worstCaseOutputTokens: 16_384, apiRequestsPerMinute: 600, publicDocs: true },
  },
  origins: {
    timeZone: { origin: "saved", variable: null },
    publicUrl: { origin: "environment", variable: "SLUICE_PUBLIC_URL" },
    maxAttempts: { origin: "default", variable: null },
  },
  warnings: [],
};

/** Examples of the operations on settings. */
export const SETTING_EXAMPLES: ExamplesOf<"settings.get" | "settings.update"> = {
  "settings.get": { input: {}, output: view },
  "settings.update": { input: { timeZone: "Europe/Berlin", windowModes: { daily: "calendar" } }, output: view },
};
