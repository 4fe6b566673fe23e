/** The name of `known` with the fewest edits to `name`; `known` must not be empty. */
export function nearestName(name: string, known: Iterable<string>): string {
  let best = { name: "", edits: Number.POSITIVE_INFINITY };
  for (const candidate of known) {
    const edits = countEdits(name, candidate);
    if (edits < best.edits) best = { name: candidate, edits };
  }
  return best.name;
}

/** Levenshtein distance, one row at a time. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
