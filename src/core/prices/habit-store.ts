import type { ModelHabits } from "./estimate-call";

/** Port: see its methods. What is learnt of how models use tokens, shared by all replicas (quota.md Q32). */
export type HabitStore = {
  /**
   * Learns from the requests that came before `now` (epoch ms) and were not learnt from yet; harmless when several replicas do so at once.
   * Returns how many models were learnt about. Throws database_unavailable.
   */
  learn(now: number): Promise<number>;
  /** What is known, by billed model. Throws database_unavailable. */
  all(): Promise<ReadonlyMap<string, ModelHabits>>;
};
