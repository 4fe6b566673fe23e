import { AppError } from "@/core/errors";
import type { Caller } from "./exchange";
import type { GatewayDeps } from "./gateway-deps";
import type { Target } from "./resolve-target";

/** A call that goes on from a stored response. */
export type BoundCall = {
  readonly responseId: string;
  readonly caller: Pick<Caller, "userId">;
  readonly target: Target;
};

/**
 * The channel that has a stored response is the only one that may go on from it (channels-and-rates.md S4, protocols-and-pricing.md N5). An id that
 * nobody knows binds nothing. Throws response_not_found for another user's, no_channel_available when that channel does not serve the call.
 */
export async function bindResponse(
  { responseId, caller, target }: BoundCall,
  { affinity }: Pick<GatewayDeps, "affinity">,
): Promise<Target> {
  const home = await affinity.homeOf(responseId);
  if (home === null) return target;
  if (home.userId !== caller.userId) throw new AppError("response_not_found");
  const candidates = target.candidates.filter(({ channel }) => channel.id === home.channelId);
  if (candidates.length === 0) throw new AppError("no_channel_available", { model: target.model });
  return { ...target, candidates };
}
