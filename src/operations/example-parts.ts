/** What examples of every noun share: one gateway with a few rows, at one moment. */
export const NOW = "2026-11-21T14:03:00.000Z";
/** The bounds of that day. */
export const TODAY = { from: "2026-11-21T00:00:00.000Z", to: "2026-11-22T00:00:00.000Z" } as const;
/** The request that the examples are about. */
export const REQUEST_ID = "req_019aa6e41b207c4f9d1e5a7b3c2d1e0f";

/** What a configuration row shows of itself. */
export const versioned = <Id extends number>(id: Id, version = 1) => ({
  ...{ id, version, createdAt: "2026-11-01T09:00:00.000Z", updatedAt: "2026-11-20T16:30:00.000Z" },
  managedBy: null,
});

/** A list of one page. */
export const wholeList = <Item>(...items: Item[]) => ({
  items,
  nextCursor: null,
  total: { value: items.length, capped: false },
});
