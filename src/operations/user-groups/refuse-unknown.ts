import { AppError } from "@/core/errors";

/** Throws validation_failed with `user_unknown` at the place of each id that is no user's. */
export function refuseUnknown(userIds: readonly number[], unknown: readonly number[]): void {
  if (unknown.length === 0) return;
  const fields = unknown.map((id) => ({
    path: `userIds[${userIds.indexOf(id)}]`,
    code: "user_unknown",
    params: { userId: id },
  }));
  throw new AppError("validation_failed", {}, { fields });
}
