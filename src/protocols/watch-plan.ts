/** Which values of a JSON text are kept and which strings are counted; built once per format. */
export type WatchPlan = {
  readonly keysByLength: readonly (readonly WatchedKey[] | undefined)[];
  readonly nodes: ReadonlyMap<number, WatchNode>;
  /** An array of the root whose elements, objects, are each told as an empty value; made by `countElements`. */
  readonly counted?: { readonly code: number; readonly slot: number };
};

/** A key of a plan, by its bytes. */
export type WatchedKey = { readonly bytes: Buffer; readonly id: number; readonly isContent: boolean };
type WatchNode = { readonly slot: number; readonly isPrefix: boolean };

/** Codes of a path are its key ids in this base. */
export const PATH_BASE = 64;

/**
 * Compiles the paths whose values are handed out (`choices.usage`; arrays add no step, the slot is the index in the list) and the keys whose
 * string values are counted as content wherever they stand.
 */
export function watchPlan(paths: readonly string[], contentKeys: readonly string[]): WatchPlan {
  const ids = new Map<string, number>();
  for (const key of [...paths.flatMap((path) => path.split(".")), ...contentKeys]) {
    if (!ids.has(key)) ids.set(key, ids.size + 1);
  }
  const keysByLength: WatchedKey[][] = [];
  for (const [key, id] of ids) {
    const bytes = Buffer.from(key);
    keysByLength[bytes.length] ??= [];
    keysByLength[bytes.length]?.push({ bytes, id, isContent: contentKeys.includes(key) });
  }
  const nodes = new Map<number, { slot: number; isPrefix: boolean }>();
  for (const [slot, path] of paths.entries()) {
    let code = 0;
    const keys = path.split(".");
    for (const [index, key] of keys.entries()) {
      code = code * PATH_BASE + (ids.get(key) ?? 0);
      const isLast = index === keys.length - 1;
      const node = nodes.get(code) ?? { slot: -1, isPrefix: false };
      nodes.set(code, { slot: isLast ? slot : node.slot, isPrefix: node.isPrefix || !isLast });
    }
  }
  return { keysByLength, nodes };
}
