import { ALWAYS_FREE, orderChannels } from "@/core/channels/order-channels";
import type { ConfigSnapshot } from "@/core/config-snapshot";
import { admittedDecision, type Decision, deniedDecision, limitSteps } from "@/core/decision";
import { AppError, isAppError } from "@/core/errors";
import { checkKey } from "@/core/keys/check-key";
import { NO_TOOLS } from "@/core/prices/cost-counts";
import { denialOf } from "@/core/quota/denial-of";
import type { ReadCaller } from "@/core/quota/peek-buckets";
import { type Preview, type PreviewDeps, previewReserve } from "@/core/quota/preview-reserve";
import type { WhatIf, WhatIfAsk } from "@/core/quota-ports";
import type { Call } from "@/protocols/protocol";
import { protocolFor } from "@/protocols/registry";
import { type MeteredRoute, ROUTES } from "@/protocols/routes";
import { affordableOutput, demandOf, type Estimated, inputOn, isFree } from "./demand";
import type { GatewayDeps } from "./gateway-deps";
import { judgedLimits, type Measured, measuredOf } from "./judged-limits";
import { permitModel } from "./permit-model";
import { type Candidate, resolveTarget, servingChannels, type Target, type TargetAsk } from "./resolve-target";

/** What judging a request that nobody makes works with. */
export type WhatIfDeps = {
  readonly caller: ReadCaller;
  /** The groups of the key's user. */
  readonly userGroups: TargetAsk["userGroups"];
  readonly config: ConfigSnapshot;
  readonly peeks: PreviewDeps;
  readonly habitsOf: GatewayDeps["habitsOf"];
};

/**
 * Takes a request through the steps of a real one, key, model, target, limits, and tells what would become of it now. It asks the same
 * resolver and the same counters, and the failure policy when these do not answer; places no hold and counts nothing. With `billingModel: upstream` the first channel in rank is asked for.
 */
export async function whatIf(ask: WhatIfAsk, deps: WhatIfDeps): Promise<WhatIf> {
  const { config } = deps;
  const at = deps.peeks.now();
  const aimed = aim(ask, deps, at);
  if (isAppError(aimed))
    return { at, decision: deniedDecision({ configVersion: config.version }, aimed, []), denial: null };
  const { candidates, model, estimated } = aimed;
  const group = config.modelGroupOf(model);
  const preview = await previewReserve(
    {
      ...deps.caller,
      target: { modelGroupId: group?.id ?? null, isFree: isFree(candidates, at) },
      rules: config.settings,
      demand: () => demandOf(candidates, estimated),
    },
    deps.peeks,
  );
  const steps = limitSteps(judgedLimits(measuredIn(preview, group)), preview.kind === "alone");
  const { counted } = preview.resolution;
  if (preview.kind === "passes" || preview.kind === "alone")
    return { at: preview.at, decision: { ...passing(aimed), counted, steps }, denial: null };
  const denial = denialOf(preview, {
    groupName: group?.name ?? null,
    affordable: affordableOutput(candidates, estimated),
  });
  const refusal = deniedDecision({ configVersion: config.version }, new AppError(denial.code, denial), steps);
  return { at: preview.at, decision: { ...refusal, counted }, denial };
}

function passing({ candidates, model, estimated }: Aimed): Decision {
  const { config, model: requested } = estimated.target;
  const [first] = candidates;
  return admittedDecision({
    configVersion: config.version,
    model: { requested, billed: model, mapped: null },
    estimate: { inputTokens: first === undefined ? 0 : inputOn(first, estimated).inputTokens },
    limits: null,
  });
}

type Aimed = {
  readonly candidates: readonly Candidate[];
  /** Whose group counts. */
  readonly model: string;
  readonly estimated: Estimated;
};

/** Everything before the limits; what would end the request there. */
function aim(
  ask: WhatIfAsk,
  { config, habitsOf, userGroups }: Pick<WhatIfDeps, "config" | "habitsOf" | "userGroups">,
  at: number,
): Aimed | AppError {
  const refusal = checkKey(ask.key, at);
  if (refusal !== null) return new AppError(refusal);
  try {
    const aimed = { model: permitModel(ask.model, ask.key), userGroups, tier: TIER, at };
    const route = routeOf(ask.protocol, aimed, config);
    const target = resolveTarget(aimed, route, config);
    const estimated = {
      call: callOf(ask, route),
      protocol: protocolFor(route.protocol, NO_HINTS),
      target,
      at,
      habitsOf,
    };
    return { ...billed(target), estimated };
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
}

function billed(target: Target): Pick<Aimed, "candidates" | "model"> {
  const { candidates, config, model } = target;
  if (config.settings.billingModel !== "upstream") return { candidates, model };
  const [first] = orderChannels(candidates, { standingOf: () => ALWAYS_FREE, preferred: [], random: () => 0 });
  return first === undefined ? { candidates, model } : { candidates: [first], model: first.billedModel };
}

/** The metered route of a protocol, else the first one on which the model is served. */
function routeOf(protocol: WhatIfAsk["protocol"], aimed: TargetAsk, config: ConfigSnapshot): MeteredRoute {
  const routes = ROUTES.filter((route) => route.class === "M").filter(
    (route) => protocol === null || route.protocol === protocol,
  );
  const serving = routes.find((route) => servingChannels(aimed, route, config).length > 0);
  const route = serving ?? routes[0];
  if (route === undefined) throw new AppError("endpoint_not_supported");
  return route;
}

/** Of a request that nobody makes. */
const TIER = "standard";
const NO_HINTS = { headers: {}, path: "", query: new URLSearchParams() };

function callOf({ model, bodyBytes, maxOutputTokens }: WhatIfAsk, { operation, ...line }: MeteredRoute): Call {
  return {
    ...{ operation, line, model, secondaryModels: [], maxOutputTokens, textBytes: bodyBytes },
    ...{
      stream: false,
      asksStreamUsage: false,
      choices: 1,
      hasTools: false,
      toolUnits: NO_TOOLS,
      tier: TIER,
      blobCount: 0,
      scan: null,
      conversation: null,
      previousResponseId: null,
    },
  };
}

function measuredIn(preview: Preview, group: Measured["group"]): Measured {
  if (preview.kind !== "passes" && preview.kind !== "alone") return measuredOf(preview, { group, first: null });
  const { resolution, asks } = preview;
  return {
    buckets: resolution.buckets,
    asks,
    lines: preview.kind === "passes" ? preview.lines : null,
    group,
    rate: null,
  };
}
