/** Which requests the overview lists: the newest few, without filters. */
export const LATEST = { limit: 8 } as const;
