import type { SystemFacts, SystemState } from "./ports";
import type { BannerCode } from "./vocabulary";

/** A standing fact about the system that a page shows on top. `since`: epoch ms, null when it always was so. */
export type Banner = { readonly code: BannerCode; readonly since: number | null };

/** The config feed asks every 5 s and waits 5 s for a connection. */
const DATABASE_DOWN_MS = 11_000;
const LEDGER_BEHIND_MS = 60_000;

/** True when the database has been silent for longer than one lost question explains. */
export function isDatabaseDown({ databaseSilentMs }: SystemState): boolean {
  return databaseSilentMs >= DATABASE_DOWN_MS;
}

/** True when spend waits in the journal for longer than batches and short pauses explain. */
export function isLedgerBehind({ ledgerLagMs }: SystemState): boolean {
  return ledgerLagMs > LEDGER_BEHIND_MS;
}

/** The banners of now (dashboard.md section 4), the gravest first. That one replica is all there can be is told to admins only: nobody else can change it. */
export function bannersOf(ask: {
  readonly facts: Pick<SystemFacts, "database" | "counters">;
  readonly state: SystemState;
  readonly isAdmin: boolean;
  readonly now: number;
}): readonly Banner[] {
  const { facts, state, now } = ask;
  const isSingle = facts.database === "embedded" && facts.counters === "memory";
  const all: readonly (readonly [holds: boolean, Banner])[] = [
    [isDatabaseDown(state), { code: "database_down", since: now - state.databaseSilentMs }],
    [isLedgerBehind(state), { code: "ledger_behind", since: now - state.ledgerLagMs }],
    [isSingle && ask.isAdmin, { code: "single_replica", since: null }],
  ];
  return all.filter(([holds]) => holds).map(([, banner]) => banner);
}
