import type { ConfigSnapshot } from "@/core/config-snapshot";
import { AppError } from "@/core/errors";
import { domainConfigOf } from "@/core/quota/domain-config";
import type { DriftCheck } from "@/core/quota/drift";
import type { LimitPlans } from "@/core/quota/limit-plans";
import type { ReadCaller } from "@/core/quota/peek-buckets";
import type { PreviewDeps } from "@/core/quota/preview-reserve";
import { readLedger, readQuotas } from "@/core/quota/read-quotas";
import { readRpmStatus } from "@/core/quota/rpm-status";
import type { QuotaPorts, UsersAsk } from "@/core/quota-ports";
import { type WhatIfDeps, whatIf } from "@/gateway/what-if";
import type { LimitedCallers, VersionedCaller } from "@/stores/postgres/limited-callers";

/** What operations' view of the quotas is made of. */
export type QuotaPortsAsk = {
  readonly plans: LimitPlans;
  readonly callers: LimitedCallers;
  readonly reads: PreviewDeps;
  readonly drift: Pick<DriftCheck, "checkUser">;
  habitsOf: WhatIfDeps["habitsOf"];
  config(): ConfigSnapshot | Promise<ConfigSnapshot>;
  /** Newest config version by which limits read at `callerVersion` are still right. */
  versionOf(callerVersion: number): number;
};

/** Quotas for operations: limits are read from the database now, counters are those that enforce. */
export function createQuotaPorts(ask: QuotaPortsAsk): QuotaPorts {
  const { plans, callers, reads } = ask;
  const asCaller = async (caller: VersionedCaller): Promise<ReadCaller> => {
    const plan = plans.planOf(caller, (await ask.config()).settings);
    return { plan, config: domainConfigOf(plan, ask.versionOf(caller.version)) };
  };
  const found = async ({ userIds, keyId }: UsersAsk) =>
    (await callers.ofUsers(userIds, keyId)).filter((caller) => keyId === null || caller.keyId === keyId);
  return {
    async read(users) {
      const all = await found(users);
      return Promise.all(all.map(async (caller) => ({ caller, ...(await readQuotas(await asCaller(caller), reads)) })));
    },
    async preview(users, change) {
      const { settings } = await ask.config();
      const all = await found(users);
      return Promise.all(
        all.map(async (stored) => {
          const caller = { ...stored, limits: change(stored.limits) };
          const reading = await readLedger({ plan: plans.planOf(caller, settings) }, reads);
          return { caller, stored: stored.limits, ...reading };
        }),
      );
    },
    async whatIf(asked) {
      const [caller] = await found({ userIds: [asked.userId], keyId: asked.keyId });
      if (caller === undefined) throw new AppError("not_found");
      return whatIf(asked, {
        caller: await asCaller(caller),
        userGroups: caller.userGroups,
        config: await ask.config(),
        peeks: reads,
        habitsOf: ask.habitsOf,
      });
    },
    async rpmStatus(userId) {
      const [caller] = await found({ userIds: [userId], keyId: null });
      return caller === undefined ? null : readRpmStatus(plans.planOf(caller, (await ask.config()).settings), reads);
    },
    checkDrift: (userId) => ask.drift.checkUser(userId),
  };
}

/** Ports of an engine that is built later, or never: commands have none, and are told database_unavailable. */
export function lateQuotaPorts(built: () => QuotaPorts | undefined): QuotaPorts {
  const ports = (): QuotaPorts => {
    const found = built();
    if (found === undefined) throw new AppError("database_unavailable");
    return found;
  };
  return {
    read: async (users) => ports().read(users),
    preview: async (users, change) => ports().preview(users, change),
    whatIf: async (asked) => ports().whatIf(asked),
    rpmStatus: async (userId) => ports().rpmStatus(userId),
    checkDrift: async (userId) => ports().checkDrift(userId),
  };
}
