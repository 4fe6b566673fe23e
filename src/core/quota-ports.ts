import type { Decision } from "./decision";
import type { KeyState } from "./keys/check-key";
import type { Denial } from "./quota/denial";
import type { Drift } from "./quota/drift";
import type { LimitRow } from "./quota/limit";
import type { LimitedCaller } from "./quota/limit-cell";
import type { QuotaReading } from "./quota/read-quotas";
import type { RpmStatus } from "./quota/rpm-status";
import type { ProtocolId } from "./vocabulary";

/** Where a user stands, as one of its keys sees it. */
export type UserQuotas = QuotaReading & { readonly caller: LimitedCaller };
/** Where a user would stand; `stored` are the rows that count until then. */
export type PreviewedQuotas = UserQuotas & { readonly stored: readonly LimitRow[] };

/** Users by id; as the key `keyId`, which must be one of theirs, or when it is null on the user axis alone. */
export type UsersAsk = { readonly userIds: readonly number[]; readonly keyId: number | null };

/** A request that nobody makes: by which key, for which model, how large. */
export type WhatIfAsk = {
  readonly userId: number;
  readonly keyId: number;
  readonly key: KeyState & { readonly models: ReadonlySet<string> | null };
  readonly model: string;
  /** Wire format that the request would come in; null: the first that serves the model. */
  readonly protocol: ProtocolId | null;
  /** Size of the body outside blobs, bytes. */
  readonly bodyBytes: number;
  /** The request's own bound of its output; null: none. */
  readonly maxOutputTokens: number | null;
};

/** What would become of it now. */
export type WhatIf = {
  /** Epoch ms. */
  readonly at: number;
  /** As it would be stored, were the request made. */
  readonly decision: Decision;
  /** Set when a limit would refuse it. */
  readonly denial: Denial | null;
};

/** Port: quotas as the engine of this process knows them. All throw database_unavailable, and so they do in a process without an engine. */
export type QuotaPorts = {
  /** Where users stand, by id; those who do not exist are left out. */
  read(users: UsersAsk): Promise<readonly UserQuotas[]>;
  /**
   * The same under other rows than those that are stored: `change` gets a user's rows. What was used is the ledger's, and what runs just now is
   * unknown.
   */
  preview(
    users: UsersAsk,
    change: (limits: readonly LimitRow[]) => readonly LimitRow[],
  ): Promise<readonly PreviewedQuotas[]>;
  /** Judges a request by the limits and counters of this instant; places no hold and counts nothing. */
  whatIf(ask: WhatIfAsk): Promise<WhatIf>;
  /** Where a user stands with requests per minute; null: no such user. */
  rpmStatus(userId: number): Promise<RpmStatus | null>;
  /** Compares a user's counters with the ledger, and rebuilds them when they differ twice (quota.md Q51). */
  checkDrift(userId: number): Promise<Drift>;
};
