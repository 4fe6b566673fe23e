import { AppError } from "@/core/errors";
import type { Clock } from "@/lib/clock";
import { createLruCache } from "@/lib/lru-cache";
import { countedIn, type SlidingWindow, takeUnits, windowWaitMs } from "@/lib/sliding-window";
import { actorScope } from "@/operations/actor-scope";
import type { Actor } from "@/operations/operation";

/** What the limiter says of one call: whether it may pass, and what is left. */
export type CallVerdict = {
  readonly isAllowed: boolean;
  /** Calls per minute. */
  readonly limit: number;
  readonly remaining: number;
  /** Until the whole limit is there again, ms. */
  readonly resetMs: number;
  /** Until one more call fits, ms; 0: now. */
  readonly waitMs: number;
};

/** Counts a call of an actor and says whether it may pass. One that may not is not counted. */
export type CallLimiter = (actor: Actor) => CallVerdict;

const MINUTE_MS = 60_000;
/** Calls per minute of one address that nobody has signed in from. */
const ANONYMOUS_PER_MINUTE = 60;
/** Actors that are remembered; the one that was quiet the longest makes room. */
const MAX_ACTORS = 10_000;

/**
 * Bounds the calls of the admin API per minute (SEC47): of each account, token or key, as the setting says, and of each address without a
 * sign-in. Every replica counts what it serves itself, in memory of a bounded size and by a clock that never goes back.
 */
export function createCallLimiter(deps: {
  readonly clock: Pick<Clock, "monotonic">;
  /** The setting `apiRequestsPerMinute` as it is now. */
  perMinute(): number;
}): CallLimiter {
  const windows = createLruCache<SlidingWindow>(MAX_ACTORS);
  return (actor) => {
    const scope = actorScope(actor);
    const limit = actor.kind === "anonymous" ? ANONYMOUS_PER_MINUTE : deps.perMinute();
    const before = { window: windows.get(scope) ?? [], periodMs: MINUTE_MS, now: deps.clock.monotonic() };
    const waitMs = windowWaitMs(before, limit);
    const isAllowed = waitMs === 0;
    const after = isAllowed ? { ...before, window: takeUnits(before) } : before;
    windows.set(scope, after.window);
    return {
      isAllowed,
      limit,
      remaining: Math.max(0, limit - countedIn(after)),
      resetMs: windowWaitMs(after, limit, limit),
      waitMs,
    };
  };
}

/**
 * The reply to a call that was counted: what `reply` gives, or the refusal api_rate_exceeded from `refuse`. Either tells how the actor stands:
 * `ratelimit-limit`, `ratelimit-remaining`, and in `ratelimit-reset` the seconds until nothing counts any more.
 */
export async function limitedReply(
  verdict: CallVerdict,
  reply: () => Promise<Response>,
  refuse: (error: unknown) => Response,
): Promise<Response> {
  const { isAllowed, limit, waitMs } = verdict;
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  const response = isAllowed
    ? await reply().catch(refuse)
    : refuse(new AppError("api_rate_exceeded", { limit, retryAfterSeconds }));
  response.headers.set("ratelimit-limit", String(limit));
  response.headers.set("ratelimit-remaining", String(verdict.remaining));
  response.headers.set("ratelimit-reset", String(Math.ceil(verdict.resetMs / 1000)));
  return response;
}
