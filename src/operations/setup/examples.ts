import { REQUEST_ID } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { SetupCheck } from "./schema";

const checks: SetupCheck[] = [
  { name: "database", ok: true, value: "embedded" },
  { name: "counters", ok: true, value: "memory" },
];
const token = "example-setup-token-of-the-log";

/** Examples of the operations of the first steps. */
export const SETUP_EXAMPLES: ExamplesOf<
  ("setup.state" | "setup.unlock" | "setup.createAdmin") | ("setup.dismiss" | "setup.firstRequest")
> = {
  "setup.state": {
    input: {},
    output: { finished: true, detail: { step: "key", checks, firstRequestId: null, dismissed: false } },
  },
  "setup.unlock": {
    input: { token },
    output: { checks, gatewayName: "Sluice", publicUrl: null, zone: "UTC" },
  },
  "setup.createAdmin": {
    input: {
      ...{ token, name: "grace", email: "grace@example.com", password: "an example, not a password" },
      ...{ locale: "en", timeZone: "Europe/Berlin", weekStart: "monday" },
    },
    output: { userId: 1, name: "grace", email: "grace@example.com" },
  },
  "setup.dismiss": { input: {}, output: { dismissed: true } },
  "setup.firstRequest": { input: { since: "2026-11-21T14:00:00Z" }, output: { requestId: REQUEST_ID } },
};
