import { z } from "zod";
import {
  because,
  byId,
  deletedOutput,
  flag,
  idField,
  instant,
  instantField,
  ipListField,
  keyModels,
  listOf,
  maxConcurrentField,
  nameField,
  noInput,
  orDefault,
  searchField,
  strict,
  versionedShape,
  versionField,
  whole,
} from "../references";

/** Fields of a new key with their defaults; shared by form, REST and the provisioning file. */
export const keyFields = {
  name: nameField,
  /** When it ends; null = never. */
  expiresAt: orDefault(instantField.nullable(), null),
  /** Models it may ask for; null = all. */
  models: orDefault(keyModels, null),
  /** From where it may call, and from where not; empty = no rule. */
  ipAllow: orDefault(ipListField, []),
  ipDeny: orDefault(ipListField, []),
  /** How many of its requests may run at once; null = inherit. */
  maxConcurrent: orDefault(maxConcurrentField, null),
  enabled: orDefault(flag, true),
};

/** Input of `keys.create`. */
export const CreateKeyInput = strict({ userId: idField, ...keyFields });
/** See the schema. */
export type CreateKeyInput = z.output<typeof CreateKeyInput>;
/** Input of `keys.update`: a patch. */
export const UpdateKeyInput = strict({
  id: idField,
  version: versionField,
  name: nameField.optional(),
  enabled: flag.optional(),
  expiresAt: instantField.nullable().optional(),
  models: keyModels.optional(),
  ipAllow: ipListField.optional(),
  ipDeny: ipListField.optional(),
  maxConcurrent: maxConcurrentField.optional(),
});
/** See the schema. */
export type UpdateKeyInput = z.output<typeof UpdateKeyInput>;
/** Input of `keys.rotate` and `me.keys.rotate`: for how many minutes the old secret still works (0 = not at all, at most 30 days). */
export const RotateKeyInput = strict({ id: idField, overlapMinutes: orDefault(whole(0, 43_200), 0) });
/** See the schema. */
export type RotateKeyInput = z.output<typeof RotateKeyInput>;
/** Input of `keys.list`. */
export const ListKeysInput = strict({
  userId: idField.optional(),
  q: searchField.optional(),
  enabled: flag.optional(),
});
/** Input of `keys.get`. */
export const GetKeyInput = byId;
/** Input of `keys.delete`. */
export const DeleteKeyInput = byId;
/** Output of `keys.delete`. */
export const DeletedKey = deletedOutput;

/** Input of `me.keys.list`: nothing. */
export const ListOwnKeysInput = noInput;
/** Input of `me.keys.create`. */
export const CreateOwnKeyInput = strict({
  name: keyFields.name,
  expiresAt: keyFields.expiresAt,
  models: keyFields.models,
});
/** See the schema. */
export type CreateOwnKeyInput = z.output<typeof CreateOwnKeyInput>;
/** Input of `me.keys.update`: rename, or switch off. Only an admin switches a key on again, so that a blocked one stays blocked. */
export const UpdateOwnKeyInput = strict({
  id: idField,
  version: versionField,
  name: nameField.optional(),
  enabled: z.literal(false, { error: "not_a_choice" }).optional(),
});
/** See the schema. */
export type UpdateOwnKeyInput = z.output<typeof UpdateOwnKeyInput>;

/** A key without its secret. */
export const Key = z
  .object({
    ...versionedShape,
    userId: z.int(),
    userName: z.string(),
    name: z.string(),
    /** First characters of the secret, safe to show: `sk-sluice-Ab12`. */
    prefix: z.string(),
    lastFour: z.string(),
    enabled: z.boolean(),
    state: z.enum(["active", "disabled", "expired"]),
    expiresAt: instant.nullable(),
    models: z.array(z.string()).nullable(),
    ipAllow: z.array(z.string()),
    ipDeny: z.array(z.string()),
    /** null: inherit. */
    maxConcurrent: z.union([z.int(), z.literal("unlimited")]).nullable(),
    lastUsedAt: instant.nullable(),
    /** The older secret during a rotation and when it ends. */
    previous: z.object({ prefix: z.string(), lastFour: z.string(), expiresAt: instant }).nullable(),
  })
  .meta({ id: "Key" });
/** See the schema. */
export type Key = z.infer<typeof Key>;
/** Output of `keys.list` and `me.keys.list`. */
export const KeyList = listOf(Key).meta({ id: "KeyList" });
/** See the schema. */
export type KeyList = z.infer<typeof KeyList>;
/** A key and its secret, which is never shown again. */
export const KeyWithSecret = z.object({ key: Key, secret: z.string() }).meta({ id: "KeyWithSecret" });
/** See the schema. */
export type KeyWithSecret = z.infer<typeof KeyWithSecret>;

/** Input of `keys.import`: a key with its secret; a null secret leaves that of an existing key. */
export const ImportKeyInput = strict({
  userId: idField,
  ...keyFields,
  secret: orDefault(z.string(because("secret_invalid")).nullable(), null),
});
