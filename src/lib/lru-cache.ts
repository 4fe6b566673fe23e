/** A bounded map: the least recently read or written entry makes room. */
export type LruCache<Value> = {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  readonly size: number;
};

/** An empty cache for at most `maxEntries` entries, at least 1. */
export function createLruCache<Value>(maxEntries: number): LruCache<Value> {
  const entries = new Map<string, Value>();
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      entries.delete(key);
      const oldest = entries.size >= maxEntries ? entries.keys().next() : null;
      if (oldest?.done === false) entries.delete(oldest.value);
      entries.set(key, value);
    },
    delete: (key) => void entries.delete(key),
    get size() {
      return entries.size;
    },
  };
}
