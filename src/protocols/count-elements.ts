import type { WatchPlan } from "./watch-plan";

/**
 * The plan that tells the elements of an array of the root object as well: each one as an empty value in the slot behind the last path, so
 * that they are counted while nothing of them is kept.
 * @param key name of the array: one of the plan's content keys
 */
export function countElements(plan: WatchPlan, key: string, slot: number): WatchPlan {
  const id = plan.keysByLength[key.length]?.find(({ bytes }) => bytes.toString() === key)?.id;
  if (id === undefined) throw new TypeError(`the plan does not know ${key}`);
  const node = { slot: plan.nodes.get(id)?.slot ?? -1, isPrefix: true };
  return { ...plan, nodes: new Map([...plan.nodes, [id, node]]), counted: { code: id, slot } };
}
