import { AppError } from "@/core/errors";
import type { Call } from "@/protocols/protocol";
import type { ForwardedRoute } from "@/protocols/routes";
import type { Caller } from "./exchange";
import { isPermitted } from "./permit-model";
import { type Candidate, findPriceRows, type PricedModel, servingChannels, type Target } from "./resolve-target";

/** A call that has a target for its own model. */
export type SecondaryAsk = {
  readonly caller: Pick<Caller, "models" | "userGroups">;
  readonly call: Pick<Call, "secondaryModels" | "tier">;
  readonly route: Pick<ForwardedRoute, "protocol" | "operation">;
  /** When it came, epoch ms. */
  readonly at: number;
  readonly target: Target;
};

/**
 * The target of a call whose body names further models (protocols-and-pricing.md N4): the channels on which each of them may run too. There it
 * has a price, and it is in the model group of the billed model, or both are in none. The names are sent as they are, so no mapping counts.
 * Throws secondary_model_not_allowed (`model`) for the first that the key may not use, or that leaves no channel.
 */
export function withSecondaryModels(ask: SecondaryAsk): Target {
  const { caller, call, route, target } = ask;
  const { model: own, config } = target;
  let { candidates } = target;
  for (const model of call.secondaryModels) {
    if (model === own && candidates.every(({ upstreamModel }) => upstreamModel === model)) continue;
    if (!isPermitted(model, caller)) throw new AppError("secondary_model_not_allowed", { model });
    const serving = servingChannels({ model, userGroups: caller.userGroups }, route, config);
    candidates = candidates.flatMap((candidate) => {
      const priced = serving.some(({ id }) => id === candidate.channel.id) ? pricedOn(candidate, model, ask) : null;
      return priced === null ? [] : [{ ...candidate, secondary: [...(candidate.secondary ?? []), priced] }];
    });
    if (candidates.length === 0) throw new AppError("secondary_model_not_allowed", { model });
  }
  return candidates === target.candidates ? target : { ...target, candidates };
}

/** Null: it may not run on the channel beside the model that is billed there. */
function pricedOn(
  { channel, billedModel }: Candidate,
  model: string,
  { call, at, target }: SecondaryAsk,
): PricedModel | null {
  const { config } = target;
  if (config.modelGroupOf(model)?.id !== config.modelGroupOf(billedModel)?.id) return null;
  const rows = findPriceRows({ model, tier: call.tier, at }, channel, config);
  return rows === null ? null : { model, rows };
}
