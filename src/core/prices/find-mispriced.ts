import { type ChargedEntry, type RecomputedEntry, recomputeEntries } from "./recompute-entries";

/** An entry of the request `id`. */
type EntryOf = ChargedEntry & { readonly id: string };

/** An entry that was charged another cost than its own snapshot gives. */
export type MispricedEntry = RecomputedEntry & { readonly id: string };

/**
 * Computes every entry of a ledger again. Pages are in order of request and attempt; the entries of one request, which are judged together, may
 * lie on two of them. Holds one page at a time.
 */
export async function* findMispriced(pages: AsyncIterable<readonly EntryOf[]>): AsyncGenerator<MispricedEntry> {
  let open: readonly EntryOf[] = [];
  for await (const page of pages) {
    const requests = [...Map.groupBy([...open, ...page], ({ id }) => id).values()];
    open = requests.pop() ?? [];
    for (const entries of requests) yield* mispricedOf(entries);
  }
  yield* mispricedOf(open);
}

function mispricedOf(entries: readonly EntryOf[]): readonly MispricedEntry[] {
  const id = entries[0]?.id ?? "";
  return recomputeEntries(entries)
    .filter(({ costNanoUsd, computedNanoUsd }) => computedNanoUsd !== costNanoUsd)
    .map((entry) => ({ ...entry, id }));
}
