import { createKeyAttempts } from "@/core/keys/key-attempts";
import { createUsageReader } from "@/core/usage-reader";
import { createGateway } from "@/gateway/gateway";
import type { Gateway, GatewayDeps, UpstreamClient } from "@/gateway/gateway-deps";
import type { Clock } from "@/lib/clock";
import type { Log } from "@/observability/logger";
import type { Metrics } from "@/observability/metrics";
import { createCallerAddress } from "./caller-address";
import type { Env } from "./env";
import type { ConfigWiring } from "./wire-config";
import type { LedgerWiring } from "./wire-ledger";
import type { QuotaWiring } from "./wire-quota";
import type { SlotsWiring } from "./wire-slots";

/** What the engine is made of. */
export type GatewayAsk = {
  readonly env: Pick<Env, "maxInflight" | "maxDrains" | "clientStallMs" | "trustedProxies">;
  readonly config: ConfigWiring;
  readonly ledger: LedgerWiring;
  readonly quota: QuotaWiring;
  readonly habitsOf: GatewayDeps["habitsOf"];
  readonly upstream: UpstreamClient;
  readonly health: GatewayDeps["health"];
  readonly affinity: GatewayDeps["affinity"];
  readonly slots: Pick<SlotsWiring, "slots" | "tally" | "rates">;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
};

/** Builds the engine behind `/v1`. */
export function wireGateway(ask: GatewayAsk): Gateway {
  const { env, config, ledger, quota, upstream, metrics, clock, log } = ask;
  return createGateway({
    clock,
    auth: config.auth,
    keyAttempts: createKeyAttempts(clock),
    callerAddress: createCallerAddress(env.trustedProxies),
    config: config.config,
    limitPlans: quota.plans,
    quota: quota.engine,
    habitsOf: ask.habitsOf,
    readUsage: createUsageReader({ ...quota, config: config.config, versionOf: config.versionOf, quotas: quota.reads }),
    journal: ledger.journal,
    ledger: ledger.recorder,
    upstream,
    ...{ health: ask.health, affinity: ask.affinity },
    ...{ slots: ask.slots.slots, tally: ask.slots.tally, rates: ask.slots.rates },
    metrics,
    log,
    random: Math.random,
    maxInflight: env.maxInflight,
    maxDrains: env.maxDrains,
    clientStallMs: env.clientStallMs,
  });
}
