import type { Docs, Method } from "./read-document";

/** An operation as the index lists it; `path` is below that of the API. */
export type IndexOperation = {
  readonly id: string;
  /** Of its noun. */
  readonly slug: string;
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
};

/** A noun as the index lists it. */
export type IndexNoun = {
  readonly slug: string;
  readonly name: string;
  readonly operations: readonly IndexOperation[];
};

/** What the index needs of the whole documentation. */
export function indexOf({ nouns, basePath }: Docs): readonly IndexNoun[] {
  return nouns.map(({ slug, name, operations }) => ({
    slug,
    name,
    operations: operations.map(({ id, method, path, summary }) => ({
      ...{ id, slug, method, summary },
      path: path.slice(basePath.length),
    })),
  }));
}

/** The operations whose method, path, name or summary have every word of `query`, in any case. */
export function findOperations(nouns: readonly IndexNoun[], query: string): readonly IndexOperation[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return nouns
    .flatMap(({ operations }) => operations)
    .filter(({ id, method, path, summary }) => {
      const text = `${method} ${path} ${id} ${summary}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
}
