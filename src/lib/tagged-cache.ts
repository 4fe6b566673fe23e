/** A bounded cache whose entries can be dropped by tag; the least recently used entry makes room. */
export type TaggedCache<Value> = {
  get(key: string): Value | undefined;
  set(key: string, value: Value, tags: readonly string[]): void;
  delete(key: string): void;
  /** Drops every entry that has the tag. */
  dropTag(tag: string): void;
  clear(): void;
  readonly size: number;
};

type Entry<Value> = { readonly value: Value; readonly tags: readonly string[] };

/** An empty cache for at most `maxEntries` entries, at least 1. */
export function createTaggedCache<Value>(maxEntries: number): TaggedCache<Value> {
  const entries = new Map<string, Entry<Value>>();
  const keysByTag = new Map<string, Set<string>>();
  const drop = (key: string) => {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    for (const tag of entry.tags) {
      const keys = keysByTag.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) keysByTag.delete(tag);
    }
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, tags) {
      drop(key);
      const oldest = entries.size >= maxEntries ? entries.keys().next() : null;
      if (oldest?.done === false) drop(oldest.value);
      entries.set(key, { value, tags });
      for (const tag of tags) {
        const keys = keysByTag.get(tag);
        if (keys === undefined) keysByTag.set(tag, new Set([key]));
        else keys.add(key);
      }
    },
    delete: drop,
    dropTag(tag) {
      for (const key of [...(keysByTag.get(tag) ?? [])]) drop(key);
    },
    clear() {
      entries.clear();
      keysByTag.clear();
    },
    get size() {
      return entries.size;
    },
  };
}
