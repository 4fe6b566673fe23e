import { z } from "zod";
import { LOCALES, ROLES } from "@/core/vocabulary";
import {
  byId,
  choice,
  deletedOutput,
  emailField,
  flag,
  idField,
  ipListField,
  listOf,
  localeField,
  maxConcurrentField,
  nameField,
  orDefault,
  passwordField,
  searchField,
  strict,
  timeZoneField,
  versionedShape,
  versionField,
} from "../references";

/** Fields of a new user with their defaults; shared by form, REST and the provisioning file. */
export const userFields = {
  name: nameField,
  email: orDefault(emailField.nullable(), null),
  role: orDefault(choice(ROLES), "user"),
  enabled: orDefault(flag, true),
  locale: orDefault(localeField.nullable(), null),
  timeZone: orDefault(timeZoneField.nullable(), null),
  /** From where the user's keys may call, and from where not; empty = no rule. */
  ipAllow: orDefault(ipListField, []),
  ipDeny: orDefault(ipListField, []),
  /** How many of its requests may run at once, over all keys; null = inherit. */
  maxConcurrent: orDefault(maxConcurrentField, null),
};

/** Input of `users.create`. A password makes a dashboard account and needs an e-mail address. */
export const CreateUserInput = strict({ ...userFields, password: passwordField.nullish() }).refine(
  (user) => user.password == null || user.email !== null,
  { path: ["email"], error: "email_required" },
);
/** See the schema. */
export type CreateUserInput = z.output<typeof CreateUserInput>;

/** Input of `users.update`: a patch. A changed role or `enabled: false` ends the user's sign-ins. */
export const UpdateUserInput = strict({
  id: idField,
  version: versionField,
  name: nameField.optional(),
  email: emailField.nullable().optional(),
  role: choice(ROLES).optional(),
  enabled: flag.optional(),
  locale: localeField.nullable().optional(),
  timeZone: timeZoneField.nullable().optional(),
  ipAllow: ipListField.optional(),
  ipDeny: ipListField.optional(),
  maxConcurrent: maxConcurrentField.optional(),
});
/** See the schema. */
export type UpdateUserInput = z.output<typeof UpdateUserInput>;

/** Input of `users.setPassword`; ends every sign-in of the user. */
export const SetPasswordInput = strict({ id: idField, password: passwordField });

/** Input of `users.list`. */
export const ListUsersInput = strict({ q: searchField.optional(), enabled: flag.optional() });
/** Input of `users.get`. */
export const GetUserInput = byId;
/** Input of `users.delete`. */
export const DeleteUserInput = byId;
/** Output of `users.delete`. */
export const DeletedUser = deletedOutput;

/** A user. */
export const User = z
  .object({
    ...versionedShape,
    name: z.string(),
    email: z.string().nullable(),
    role: z.enum(ROLES),
    enabled: z.boolean(),
    locale: z.enum(LOCALES).nullable(),
    timeZone: z.string().nullable(),
    ipAllow: z.array(z.string()),
    ipDeny: z.array(z.string()),
    /** null: inherit. */
    maxConcurrent: z.union([z.int(), z.literal("unlimited")]).nullable(),
    /** The user can sign in with a password. */
    hasAccount: z.boolean(),
  })
  .meta({ id: "User" });
/** See the schema. */
export type User = z.infer<typeof User>;
/** Output of `users.list`, by name. */
export const UserList = listOf(User).meta({ id: "UserList" });
/** See the schema. */
export type UserList = z.infer<typeof UserList>;
