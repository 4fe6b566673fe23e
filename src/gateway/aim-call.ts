import type { Call } from "@/protocols/protocol";
import type { ForwardedRoute, PathNames } from "@/protocols/routes";
import { aimStored, bindResponse } from "./bind-response";
import type { Caller, EngineDeps } from "./exchange";
import { permitModel } from "./permit-model";
import { resolveTarget, type Target } from "./resolve-target";
import { withSecondaryModels } from "./with-secondary-models";

/** A call whose key is known. */
export type AimAsk = {
  readonly caller: Caller;
  readonly call: Call;
  readonly route: ForwardedRoute;
  /** When it came, epoch ms. */
  readonly at: number;
  /** What its path names. */
  readonly names: PathNames;
};

/**
 * Where a call may go: its model, if the key may ask for it, on the channels that serve it and hold what it goes on from. Answers without a
 * promise unless a stored response is asked for. Throws what permitModel, resolveTarget, withSecondaryModels, bindResponse and aimStored throw.
 */
export function aimCall({ caller, call, route, names, at }: AimAsk, deps: EngineDeps): Target | Promise<Target> {
  if (names.responseId !== null) return aimStored({ responseId: names.responseId, caller, route }, deps);
  const { userGroups } = caller;
  const asked = { model: permitModel(call.model, caller), userGroups, tier: call.tier, at };
  const aimed = resolveTarget(asked, route, deps.config.current());
  const target = withSecondaryModels({ caller, call, route, at, target: aimed });
  const { previousResponseId: responseId } = call;
  return responseId === null ? target : bindResponse({ responseId, caller, target }, deps);
}
