import { z } from "zod";
import { isMultiplier } from "@/lib/money";
import type { FieldErrorCode } from "../field-error-codes";
import {
  because,
  byId,
  idField,
  listOf,
  nameField,
  orDefault,
  searchField,
  strict,
  versionedShape,
  versionField,
} from "../references";

/** Different users, at most 1000 at once. */
const userIds = z
  .array(idField, because("invalid"))
  .max(1000, "too_long" satisfies FieldErrorCode)
  .refine((ids) => new Set(ids).size === ids.length, "duplicate" satisfies FieldErrorCode);

const costMultiplier = z.string(because("multiplier_invalid")).refine(isMultiplier, "multiplier_invalid").nullable();

/** Fields of a user group; shared by form, REST and the provisioning file. */
export const userGroupFields = {
  name: nameField,
  /** Decimal of 0 to 100, for the cost of its users; null: none. The lowest of a user's groups counts. */
  costMultiplier: orDefault(costMultiplier, null),
};

/** Input of `userGroups.create`. */
export const CreateUserGroupInput = strict({ ...userGroupFields, userIds: userIds.default([]) });
/** Input of `userGroups.update`: a patch. */
export const UpdateUserGroupInput = strict({
  id: idField,
  version: versionField,
  name: nameField.optional(),
  costMultiplier: costMultiplier.optional(),
});
/** Input of `userGroups.addUsers` and `userGroups.removeUsers`. */
export const GroupUsersInput = strict({ id: idField, userIds: userIds.min(1, "required" satisfies FieldErrorCode) });
/** Input of `userGroups.assign`: the groups that a user shall be in, and no others. */
export const AssignGroupsInput = strict({ userId: idField, userGroupIds: z.array(idField, because("invalid")) });
/** Input of `userGroups.list`. */
export const ListUserGroupsInput = strict({ q: searchField.optional() });
/** Input of `userGroups.get`. */
export const GetUserGroupInput = byId;
/** Input of `userGroups.delete`. */
export const DeleteUserGroupInput = byId;

/** A user group. */
export const UserGroup = z
  .object({
    ...versionedShape,
    name: z.string(),
    userCount: z.int(),
    costMultiplier: z.string().nullable(),
  })
  .meta({ id: "UserGroup" });
/** See the schema. */
export type UserGroup = z.infer<typeof UserGroup>;
/** Output of `userGroups.get`: the group with its users, by name. */
export const UserGroupWithUsers = UserGroup.extend({
  users: z.array(z.object({ id: z.int(), name: z.string(), email: z.string().nullable() })),
}).meta({ id: "UserGroupWithUsers" });
/** See the schema. */
export type UserGroupWithUsers = z.infer<typeof UserGroupWithUsers>;
/** Output of `userGroups.list`, by name. */
export const UserGroupList = listOf(UserGroup).meta({ id: "UserGroupList" });
/** See the schema. */
export type UserGroupList = z.infer<typeof UserGroupList>;
/** Output of `userGroups.assign`: names of the user's groups. */
export const AssignedGroups = z.object({ userId: z.int(), groups: z.array(z.string()) }).meta({ id: "AssignedGroups" });
/** Output of `userGroups.delete`: how many limits ended with it, and how many users were in it; it never has a boost. */
export const DeletedUserGroup = z
  .object({ id: z.int(), limits: z.int(), boosts: z.int(), users: z.int() })
  .meta({ id: "DeletedUserGroup" });
