import { type ModelHabits, UNLEARNT } from "@/core/prices/estimate-call";
import type { JobDeps } from "@/jobs/job";
import type { Database } from "@/stores/postgres/client";
import { habitStore } from "@/stores/postgres/habit-store";

/** What this process knows of how models use tokens. */
export type HabitsWiring = JobDeps["habits"] & {
  /** `UNLEARNT` for a model without a past. */
  habitsOf(model: string): ModelHabits;
};

/** Habits as they were last read: a job reads them at the start and after each lesson. */
export function wireHabits(database: Database): HabitsWiring {
  const store = habitStore(database);
  const state: { known: ReadonlyMap<string, ModelHabits> } = { known: new Map() };
  return {
    learn: store.learn,
    async refresh() {
      state.known = await store.all();
    },
    habitsOf: (model) => state.known.get(model) ?? UNLEARNT,
  };
}
