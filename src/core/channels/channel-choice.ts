import type { ScoreParts } from "./channel-score";
import type { ChannelRejection } from "./judge-attempt";

/*
 * What was weighed when a channel was chosen, as it is stored with a request or a denial and shown to admins (channels-and-rates.md S5, L14). Plain
 * JSON, compact because one is kept for every attempt: what is usual is left out.
 */

/** Why a channel could not be chosen at all. */
export type ExclusionReason = "tried" | "cooling" | "tripped" | "auth_failed";

/** One candidate. */
export type WeighedChannel = {
  readonly channelId: number;
  /** Parts of its score and the smaller of them, 0..100 with one decimal, null: used up or full; all absent: 100. */
  readonly rateScore?: number | null;
  readonly concurrencyScore?: number | null;
  readonly score?: number | null;
  /** `preferred`: the conversation's, with a free slot; `free`: a free slot; `busy`: at capacity. Absent: excluded. */
  readonly band?: "preferred" | "free" | "busy";
  readonly excluded?: ExclusionReason;
  /** How it refused: `full` with what was full, a wait of `waitedMs` that came to nothing, no budget left. */
  readonly refused?: ChannelRejection["kind"] | "capacity" | "queue" | "key_share";
  readonly waitedMs?: number;
  readonly waiting?: number;
  readonly capacity?: number | null;
};

/** One choice of a channel for a request. */
export type ChannelChoice = {
  readonly candidates: readonly WeighedChannel[];
  /** null: none took the request. */
  readonly chosen: number | null;
  /** In queues, ms; absent: not at all. */
  readonly waitedMs?: number;
};

/** How a candidate that is not excluded stood. */
export type Weight = { readonly parts: ScoreParts; readonly isFree: boolean };

/** What is known of a candidate after a choice. */
export type WeighedAsk = {
  readonly channelId: number;
  readonly excluded: ExclusionReason | null;
  readonly weight: Weight | null;
  readonly isPreferred: boolean;
  readonly rejection: ChannelRejection | null;
};

/** A candidate as it is stored. */
export function weighedChannel({ channelId, excluded, weight, isPreferred, rejection }: WeighedAsk): WeighedChannel {
  if (excluded !== null) return { channelId, excluded };
  if (weight === null) return { channelId };
  const { parts, isFree } = weight;
  const band = !isFree ? "busy" : isPreferred ? "preferred" : "free";
  const isIdle = parts.rateScore === 100 && parts.concurrencyScore === 100;
  if (isIdle && rejection === null) return { channelId, band };
  const scores = isIdle ? {} : roundedScores(parts);
  return { channelId, ...scores, band, ...(rejection === null ? {} : refusalOf(rejection)) };
}

/** How long a refused request waited for a channel, ms. */
export function waitedFor(rejection: ChannelRejection): number {
  return rejection.kind === "rate_limited" ? 0 : (rejection.at?.waitedMs ?? 0);
}

function refusalOf(rejection: ChannelRejection): Pick<WeighedChannel, "refused" | "waitedMs" | "waiting" | "capacity"> {
  const refused = rejection.kind === "full" ? rejection.by : rejection.kind;
  if (rejection.kind === "rate_limited" || rejection.at === undefined) return { refused };
  const { waitedMs, waiting, capacity } = rejection.at;
  return { refused, ...(waitedMs > 0 ? { waitedMs: Math.round(waitedMs) } : {}), waiting, capacity };
}

function roundedScores({ rateScore, concurrencyScore, score }: ScoreParts) {
  return { rateScore: rounded(rateScore), concurrencyScore: rounded(concurrencyScore), score: rounded(score) };
}

function rounded(score: number | null): number | null {
  return score === null ? null : Math.round(score * 10) / 10;
}
