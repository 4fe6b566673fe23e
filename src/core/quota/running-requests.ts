import type { QuotaStore } from "./quota-store";
import type { RunningRequest } from "./rate-ask";

/** Requests of this process that count as running, where their number is capped (channels-and-rates.md A11). */
export type RunningRequests = {
  /** @param isTold the store gave it its place; else it learns of it from the next beat */
  begin(request: RunningRequest, isTold: boolean): void;
  /** Some began while the store did not answer, and it has not heard of them since. */
  areUntold(): boolean;
  /** It no longer runs: its place is free at once. Nothing happens the second time. */
  leave(requestId: string): void;
  ofUser(userId: number): readonly RunningRequest[];
  /** Keeps all places for another 30 s, in one call however many ask. Rejects when the store does not answer. */
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
  const untold = new Set<string>();
  const tellLeft = (request: RunningRequest) => {
    const left = store.leave(request);
    if (left instanceof Promise) left.catch((error) => onFault({ kind: "store", error }));
  };
  /** One at a time: all who ask meanwhile wait for the same, which tells of everyone that had begun by then. */
  let beating: Promise<void> | null = null;
  const tellAll = async () => {
    const kept = [...running.values()];
    if (kept.length === 0) return;
    await store.stayRunning(kept);
    for (const { requestId } of kept) untold.delete(requestId);
    // A beat that was sent twice may have come behind a leave.
    for (const request of kept) if (!running.has(request.requestId)) tellLeft(request);
    // Those that began meanwhile would let the next one pass beside them.
    if (untold.size > 0) await tellAll();
  };
  return {
    begin(request, isTold) {
      running.set(request.requestId, request);
      if (!isTold) untold.add(request.requestId);
    },
    areUntold: () => untold.size > 0,
    leave(requestId) {
      const request = running.get(requestId);
      if (request === undefined) return;
      running.delete(requestId);
      untold.delete(requestId);
      onLeft(request);
      tellLeft(request);
    },
    ofUser: (userId) => [...running.values()].filter((request) => request.userId === userId),
    beat() {
      beating ??= tellAll().finally(() => {
        beating = null;
      });
      return beating;
    },
  };
}
