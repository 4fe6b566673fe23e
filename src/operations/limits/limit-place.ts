import { AppError, type FieldError } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import type { LimitPlace } from "@/core/quota/limit-store";
import type { LimitSubject } from "@/core/vocabulary";
import { toModelGroupId } from "../limit-target";
import type { LimitCellRows } from "./limit-output";

/** Subject and target as operations name them. */
export type AskedPlace = { readonly kind: LimitSubject; readonly id: number; readonly target: "global" | number };

/** The names of subject and target. Throws validation_failed with subject_unknown, target_unknown. */
export async function namedPlace(asked: AskedPlace, { limits }: OperationPorts) {
  const place: LimitPlace = {
    subjectType: asked.kind,
    subjectId: asked.id,
    modelGroupId: toModelGroupId(asked.target),
  };
  const names = await limits.namesOf(place);
  const fields: FieldError[] = [];
  if (names.subject === null) fields.push({ path: "id", code: "subject_unknown" });
  if (place.modelGroupId !== null && names.modelGroup === null) fields.push({ path: "target", code: "target_unknown" });
  if (names.subject === null || fields.length > 0) throw new AppError("validation_failed", {}, { fields });
  return { place, subjectName: names.subject, targetName: names.modelGroup };
}

/** The rows of subject and target with their names. Throws validation_failed with subject_unknown, target_unknown. */
export async function readPlace(asked: AskedPlace, ports: OperationPorts): Promise<LimitCellRows> {
  const named = await namedPlace(asked, ports);
  const { subjectType: axis, subjectId } = named.place;
  const restarts = axis === "user_group" ? [] : await ports.limits.listRestarts({ axis, subjectId });
  return { ...named, rows: await ports.limits.listAt(named.place), restarts };
}

/** How the audit log calls subject and target: `limits:user:7:12`. */
export function placeTarget({ kind, id, target }: AskedPlace): string {
  return `limits:${kind}:${id}:${target}`;
}

/** How people call subject and target: `user:alice group:frontier`, as the provisioning file does. */
export function placeLabel({ kind }: AskedPlace, named: { subjectName: string; targetName: string | null }): string {
  const subject = `${kind === "user_group" ? "group" : kind}:${named.subjectName}`;
  return `${subject} ${named.targetName === null ? "global" : `group:${named.targetName}`}`;
}
