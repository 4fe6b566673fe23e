import { AppError, type FieldError } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import type { RatePlace } from "@/core/quota/rate-store";

/** Whom rates are for, as operations name it. */
export type AskedPlace = {
  readonly kind: "everyone" | "user" | "user_group" | "key";
  /** 0 for everyone. */
  readonly id: number;
  readonly userGroupId?: number | undefined;
};

/** A subject with its name. */
export type NamedPlace = { readonly asked: AskedPlace; readonly place: RatePlace; readonly name: string };

/** The subject that was asked for. Throws validation_failed with subject_unknown, user_group_unknown. */
export async function namedPlace(asked: AskedPlace, { rates }: OperationPorts): Promise<NamedPlace> {
  const { kind, id, userGroupId } = asked;
  if (userGroupId !== undefined && kind !== "user") throw unknown("userGroupId", "invalid");
  if ((kind === "everyone") !== (id === 0)) throw unknown("id", "subject_unknown");
  const place = placeOf(asked);
  const name = await rates.nameOf(place);
  if (name !== null) return { asked, place, name };
  if (userGroupId === undefined) throw unknown("id", "subject_unknown");
  const isUserKnown = (await rates.nameOf(placeOf({ kind, id }))) !== null;
  throw isUserKnown ? unknown("userGroupId", "user_group_unknown") : unknown("id", "subject_unknown");
}

/** How the audit log calls a subject: `rates:user:7`, `rates:user:7:2` for overrides. */
export function placeTarget({ kind, id, userGroupId }: AskedPlace): string {
  return `rates:${kind}:${id}${userGroupId === undefined ? "" : `:${userGroupId}`}`;
}

function placeOf({
  kind,
  id,
  userGroupId = null,
}: Omit<AskedPlace, "userGroupId"> & { userGroupId?: number | undefined | null }): RatePlace {
  const nobody = { userId: null, userGroupId: null, keyId: null };
  switch (kind) {
    case "everyone":
      return { subjectType: kind, ...nobody };
    case "user":
      return { subjectType: userGroupId === null ? kind : "override", ...nobody, userId: id, userGroupId };
    case "user_group":
      return { subjectType: kind, ...nobody, userGroupId: id };
    case "key":
      return { subjectType: kind, ...nobody, keyId: id };
  }
}

function unknown(path: string, code: FieldError["code"]): AppError {
  return new AppError("validation_failed", {}, { fields: [{ path, code }] });
}
