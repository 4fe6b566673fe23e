/** One page of a list whose rows have ids. */
type Page = {
  readonly items: readonly { readonly id: number }[];
  readonly nextCursor: string | null;
  readonly total: { readonly value: number; readonly capped: boolean };
};

/** Rows per page: the most that a page may have. */
const PAGE_ROWS = 200;

/**
 * A list as one page, read page by page: the rest of the first page with the rows of all. A row that moved meanwhile is in it once, as it
 * was read last.
 */
export async function readWholeList<List extends Page>(
  readPage: (ask: { readonly limit: number; readonly cursor?: string }) => Promise<List>,
): Promise<List> {
  const first = await readPage({ limit: PAGE_ROWS });
  if (first.nextCursor === null) return first;
  const rows = new Map(first.items.map((row) => [row.id, row]));
  let cursor: string | null = first.nextCursor;
  while (cursor !== null) {
    const page: List = await readPage({ limit: PAGE_ROWS, cursor });
    for (const row of page.items) rows.set(row.id, row);
    cursor = page.nextCursor;
  }
  return { ...first, items: [...rows.values()], nextCursor: null, total: { value: rows.size, capped: false } };
}
