import { AppError } from "@/core/errors";
import { type Estimate, estimateCall } from "@/core/prices/estimate-call";
import type { Call } from "@/protocols/protocol";
import type { Caller, EngineDeps, Exchange } from "./exchange";
import type { Candidate, Target } from "./resolve-target";

/** Multiplier of the user's groups in millionths; there are none yet. */
export const GROUP_PPM = 1_000_000;

/** A call that may be sent upstream: who asks, what, and where it may go. */
export type Admitted = { readonly caller: Caller; readonly call: Call; readonly target: Target };

/**
 * Admits a call: its ADMIT frame is the first witness of it, written before anything is sent. Limits and rates are reserved here, in one
 * step, before the frame. Throws ledger_unavailable when the journal is full.
 */
export function admit(asked: Admitted, exchange: Exchange, deps: EngineDeps): Admitted {
  if (deps.journal.isFull()) throw new AppError("ledger_unavailable");
  const { caller, call, target } = asked;
  deps.journal.admit({
    id: exchange.id,
    at: exchange.receivedAt,
    userId: caller.userId,
    keyId: caller.keyId,
    keyPrefix: caller.keyPrefix,
    protocol: exchange.protocol.id,
    operation: exchange.route.operation,
    model: target.model,
    stream: call.stream,
  });
  return asked;
}

/** What the call is expected to cost on a channel; its input is the first ceiling (quota.md Q38). */
export function estimateOn(candidate: Candidate, admitted: Admitted, at: number): Estimate {
  return estimateCall({
    call: admitted.call,
    worstCaseOutputTokens: admitted.target.config.settings.worstCaseOutputTokens,
    rows: candidate.rows,
    at,
    channelPpm: candidate.channel.costMultiplierPpm,
    groupPpm: GROUP_PPM,
    cacheWriteInput: false,
  });
}
