import type { ResponseHome } from "@/core/channels/channel-affinity";
import { AppError } from "@/core/errors";
import { groupMultiplier } from "@/core/prices/group-multiplier";
import type { ForwardedRoute } from "@/protocols/routes";
import type { Caller } from "./exchange";
import type { GatewayDeps } from "./gateway-deps";
import { permitModel } from "./permit-model";
import { freeCandidate, servingChannels, type Target } from "./resolve-target";

/** A call that goes on from a stored response. */
export type BoundCall = {
  readonly responseId: string;
  readonly caller: Pick<Caller, "userId">;
  readonly target: Target;
};

/**
 * The channel that has a stored response is the only one that may go on from it (channels-and-rates.md S4, protocols-and-pricing.md N5). An id that
 * nobody knows binds nothing: every id that an upstream has named here is kept before its client can have read it to the end, and lasts for 30 days,
 * so it is none of another user. Throws response_not_found for another user's, no_channel_available when that channel does not serve the
 * call, auth_unavailable when nobody can tell whose it is.
 */
export async function bindResponse(
  { responseId, caller, target }: BoundCall,
  { affinity }: Pick<GatewayDeps, "affinity">,
): Promise<Target> {
  const home = await ownHome({ responseId, caller }, affinity);
  if (home === null) return target;
  const candidates = target.candidates.filter(({ channel }) => channel.id === home.channelId);
  if (candidates.length === 0) throw new AppError("no_channel_available", { model: target.model });
  return { ...target, candidates };
}

/** A call about a stored response. */
export type StoredCall = {
  readonly responseId: string;
  readonly caller: Caller;
  readonly route: ForwardedRoute;
};

/**
 * The target of a call about a stored response: the channel that has it, alone, and the model that it was asked of. Throws response_not_found
 * for an unknown one and for another user's alike, model_not_found when the key may not ask for that model any more, no_channel_available when
 * the channel does not serve it any more, auth_unavailable when nobody can tell whose it is.
 */
export async function aimStored(
  { responseId, caller, route }: StoredCall,
  { affinity, config: configs }: Pick<GatewayDeps, "affinity" | "config">,
): Promise<Target> {
  const home = await ownHome({ responseId, caller }, affinity);
  if (home === null) throw new AppError("response_not_found");
  const model = permitModel(home.model, caller);
  const config = configs.current();
  const serving = servingChannels({ model, userGroups: caller.userGroups }, route, config);
  const channel = serving.find(({ id, credential }) => id === home.channelId && credential !== null);
  if (channel === undefined) throw new AppError("no_channel_available", { model });
  return {
    model,
    candidates: [freeCandidate(channel, model, config)],
    config,
    groupPpm: groupMultiplier(caller.userGroups),
  };
}

async function ownHome(
  { responseId, caller }: Pick<BoundCall, "responseId" | "caller">,
  affinity: GatewayDeps["affinity"],
): Promise<ResponseHome | null> {
  const home = await affinity.homeOf(responseId);
  if (home !== null && home.userId !== caller.userId) throw new AppError("response_not_found");
  return home;
}
