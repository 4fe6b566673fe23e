import type { AuthSnapshot } from "@/core/auth-snapshot";
import type { Deadlines } from "@/lib/deadlines";
import type { GatewayReply, GatewayRequest } from "@/protocols/exchange";
import type { Protocol } from "@/protocols/protocol";
import type { PathNames, Route } from "@/protocols/routes";
import type { DrainBudget } from "./drain-budget";
import type { GatewayDeps } from "./gateway-deps";
import type { Interrupts } from "./interrupts";
import type { Measured } from "./judged-limits";

/** One call from its arrival to the end of its reply. */
export type Exchange = {
  readonly request: GatewayRequest;
  readonly reply: GatewayReply;
  readonly route: Route;
  /** What its path names. */
  readonly names: PathNames;
  readonly protocol: Protocol;
  /** UUIDv7 as 32 hex digits, and the same as clients see it: `req_...` */
  readonly id: string;
  readonly requestId: string;
  /** Epoch ms, and the same instant on the monotonic clock. */
  readonly receivedAt: number;
  readonly startedAt: number;
  readonly interrupts: Interrupts;
};

/** Nothing of the call is held or charged: only rates and blocks decide (class R of protocols-and-pricing.md 1.2). */
export function isRateOnly({ route }: Pick<Exchange, "route">): boolean {
  return route.class === "R";
}

/** What an error reply needs of a call. */
export type Replying = Pick<Exchange, "reply" | "protocol" | "requestId" | "request"> & {
  /** How long it waited for a channel; absent: not at all. */
  readonly queueMs?: number;
  /** What it was measured by under the hold that it was sent under; absent or null: it was not sent, or nothing applies. */
  readonly measured?: Measured | null;
};

/** The ports of the pipeline and what one gateway counts itself. */
export type EngineDeps = GatewayDeps & {
  readonly drains: DrainBudget;
  /** Of calls as a whole. */
  readonly deadlines: Deadlines;
  /** From now on connections end with their reply. */
  isDraining(): boolean;
};

/** Whose key opened the call. */
export type Caller = AuthSnapshot;
