import type { Settings } from "@/core/settings/settings";
import type { Env } from "./env";

/** The variables that fix a setting. */
const VARIABLES = {
  publicUrl: "SLUICE_PUBLIC_URL",
  modelGroupLimits: "ENABLE_MODEL_RATE_LIMIT",
  failOpen: "MODEL_RATE_LIMIT_FAIL_OPEN",
} as const satisfies Partial<Record<keyof Env & keyof Settings, string>>;

/** Settings that the environment fixes: their values, which win over stored ones, and the variable of each (quota.md Q53, Q54). */
export function environmentSettings(env: Pick<Env, keyof typeof VARIABLES>): {
  readonly values: Partial<Settings>;
  readonly variables: Readonly<Record<string, string>>;
} {
  const fixed = Object.entries(VARIABLES).filter(([name]) => env[name as keyof typeof VARIABLES] !== null);
  return {
    values: Object.fromEntries(fixed.map(([name]) => [name, env[name as keyof typeof VARIABLES]])),
    variables: Object.fromEntries(fixed),
  };
}
