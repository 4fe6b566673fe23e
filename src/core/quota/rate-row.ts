import type { RateMetric, RateSubject } from "../vocabulary";

/** One stored rate: how many requests, for whom, over what (channels-and-rates.md R1). A group's rate is per user. */
export type RateRow = {
  readonly id: number;
  readonly subjectType: RateSubject;
  /** Set for `user` and `override`. */
  readonly userId: number | null;
  /** Set for `user_group` and `override`. */
  readonly userGroupId: number | null;
  /** Set for `key`. */
  readonly keyId: number | null;
  /** The model group, or the model, that it aims at; both null: all models. */
  readonly modelGroupId: number | null;
  readonly model: string | null;
  readonly metric: RateMetric;
  /** 1 and above; null: unlimited, for an override exempt. */
  readonly amount: number | null;
  /** Set: a bucket that refills evenly and holds this many at most (R6); null: a sliding window. */
  readonly burst: number | null;
};

/** What a rate says, without whom it is for. */
export type RateValues = Pick<RateRow, "modelGroupId" | "model" | "metric" | "amount" | "burst">;

/** What a stored rate is replaced by to say the same of the same thing. */
export function rateKey({ modelGroupId, model, metric }: Pick<RateRow, "modelGroupId" | "model" | "metric">): string {
  return JSON.stringify([metric, modelGroupId, model]);
}

/** The settings that rates depend on (R4). */
export type RateSettings = {
  readonly requestRate: {
    readonly enabled: boolean;
    readonly periodMinutes: number;
    /** 0: unlimited. */
    readonly total: number;
    readonly successful: number;
    readonly groups: Readonly<Record<string, { readonly total: number; readonly successful: number }>>;
  };
};
