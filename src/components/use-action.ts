"use client";

import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { type Problem, toProblem } from "./problem";

/** What a server action answers: a value in either case, never a throw. */
export type ActionResult<Data> =
  | { readonly ok: true; readonly data: Data }
  | { readonly ok: false; readonly error: { readonly code: string } };

/** An action as a page uses it. */
export type ActionState<Input, Data> = {
  /** Runs it; resolves to the data, or to null when it failed (see `problem`). Ignored while it runs. */
  run: (input: Input) => Promise<Data | null>;
  isPending: boolean;
  /** What the last run gave; null before, and when it failed. */
  data: Data | null;
  /** Why the last run failed. */
  problem: Problem | null;
  /** Forgets the last run. */
  reset: () => void;
};

/** Runs a server action once at a time and refreshes the queries it makes wrong. */
export function useAction<Input, Data>(
  action: (input: Input) => Promise<ActionResult<Data>>,
  options: { invalidates?: readonly QueryKey[]; onDone?: (data: Data) => void } = {},
): ActionState<Input, Data> {
  const queryClient = useQueryClient();
  const mutation = useMutation({ mutationFn: action });
  const { data: result, error, isPending } = mutation;
  const run = async (input: Input): Promise<Data | null> => {
    if (isPending) return null;
    const answer = await mutation.mutateAsync(input).catch(() => null); // kept in `error`
    if (answer === null || !answer.ok) return null;
    for (const queryKey of options.invalidates ?? []) void queryClient.invalidateQueries({ queryKey });
    options.onDone?.(answer.data);
    return answer.data;
  };
  const data = result?.ok === true && !isPending ? result.data : null;
  const failure = error ?? (result?.ok === false ? result.error : null);
  return { run, isPending, data, problem: failure === null ? null : toProblem(failure), reset: mutation.reset };
}
