import type { SystemFacts, SystemState } from "./ports";
import type { Settings } from "./settings/settings";
import type { BannerCode } from "./vocabulary";

/** A standing fact about the system that a page shows on top. `since`: epoch ms, null when it always was so or nobody knows. */
export type Banner = {
  readonly code: BannerCode;
  readonly params: Readonly<Record<string, string | boolean>>;
  readonly since: number | null;
};

/** The config feed asks every 5 s and waits 5 s for a connection. */
const DATABASE_DOWN_MS = 11_000;
const LEDGER_BEHIND_MS = 60_000;
/** A command that was lost once is no outage. */
const COUNTERS_DOWN_MS = 2_000;

/** True when the database has been silent for longer than one lost question explains. */
export function isDatabaseDown({ databaseSilentMs }: SystemState): boolean {
  return databaseSilentMs >= DATABASE_DOWN_MS;
}

/** True when spend waits in the journal for longer than batches and short pauses explain. */
export function isLedgerBehind({ ledgerLagMs }: SystemState): boolean {
  return ledgerLagMs > LEDGER_BEHIND_MS;
}

/**
 * The banners of now (dashboard.md section 4), the gravest first. What only an admin can change is told to admins: that one replica is all there
 * can be, and which variable switches the limits of model groups off.
 */
export function bannersOf(ask: {
  readonly facts: Pick<SystemFacts, "database" | "counters" | "fixedSettings">;
  readonly state: SystemState;
  /** Those in force. */
  readonly settings: Pick<Settings, "modelGroupLimits" | "failOpen">;
  readonly isAdmin: boolean;
  readonly now: number;
}): readonly Banner[] {
  const { facts, state, settings, now } = ask;
  const isSingle = facts.database === "embedded" && facts.counters === "memory";
  // Without the ledger nothing is known of what was spent (quota.md Q55).
  const doesAdmit = settings.failOpen && !isDatabaseDown(state);
  const variable = ask.isAdmin ? facts.fixedSettings.modelGroupLimits : undefined;
  const all: readonly (readonly [holds: boolean, Banner])[] = [
    [isDatabaseDown(state), { code: "database_down", params: {}, since: now - state.databaseSilentMs }],
    [
      state.countersSilentMs >= COUNTERS_DOWN_MS,
      { code: "counters_down", params: { admits: doesAdmit }, since: now - state.countersSilentMs },
    ],
    [isLedgerBehind(state), { code: "ledger_behind", params: {}, since: now - state.ledgerLagMs }],
    [
      !settings.modelGroupLimits,
      { code: "model_group_limits_off", params: variable === undefined ? {} : { variable }, since: null },
    ],
    [isSingle && ask.isAdmin, { code: "single_replica", params: {}, since: null }],
  ];
  return all.filter(([holds]) => holds).map(([, banner]) => banner);
}
