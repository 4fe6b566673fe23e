/** The model group behind a target; null: global, all other models. */
export function toModelGroupId(target: "global" | number): number | null {
  return target === "global" ? null : target;
}

/** A model group as a target. */
export function toTarget(modelGroupId: number | null): "global" | number {
  return modelGroupId ?? "global";
}
