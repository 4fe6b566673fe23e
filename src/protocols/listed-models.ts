import type { ListedModel } from "./protocol";

/** Models by id, in code unit order. */
export function sortedById(models: readonly ListedModel[]): ListedModel[] {
  return [...models].sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
}
