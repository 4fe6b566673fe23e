import type { QuotaStore } from "./quota-store";
import type { RunningRequest } from "./rate-ask";

/** Requests of this process that count as running, where their number is capped (channels-and-rates.md A11). */
export type RunningRequests = {
  begin(request: RunningRequest): void;
  /** It no longer runs: its place is free at once. Nothing happens the second time. */
  leave(requestId: string): void;
  /** Keeps all places for another 30 s. Rejects when the store does not answer. */
  beat(): Promise<void>;
};

/** What they work with. */
export type RunningDeps = {
  readonly store: QuotaStore;
  onLeft(request: RunningRequest): void;
  onFault(fault: { readonly kind: "store"; readonly error: unknown }): void;
};

/** None at first. */
export function createRunningRequests({ store, onLeft, onFault }: RunningDeps): RunningRequests {
  const running = new Map<string, RunningRequest>();
  return {
    begin: (request) => void running.set(request.requestId, request),
    leave(requestId) {
      const request = running.get(requestId);
      if (request === undefined) return;
      running.delete(requestId);
      onLeft(request);
      const left = store.leave(request);
      if (left instanceof Promise) left.catch((error) => onFault({ kind: "store", error }));
    },
    async beat() {
      if (running.size > 0) await store.stayRunning([...running.values()]);
    },
  };
}
