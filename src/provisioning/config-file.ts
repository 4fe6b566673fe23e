import { z } from "zod";
import { channelFields, credentialField, credentialsField } from "@/operations/channels/schema";
import { keyFields } from "@/operations/keys/schema";
import { modelGroupFields } from "@/operations/model-groups/schema";
import { modelFields } from "@/operations/models/schema";
import { priceFields } from "@/operations/prices/schema";
import {
  because,
  flag,
  instantField,
  ipListField,
  nameField,
  orDefault,
  passwordField,
  strict,
} from "@/operations/references";
import { UpdateSettingsInput } from "@/operations/settings/schema";
import { userGroupFields } from "@/operations/user-groups/schema";
import { userFields } from "@/operations/users/schema";
import { boostEntry, limitEntry } from "./limit-entry";
import { rateEntry, rpmField, rpmOverrides } from "./rate-entry";

const list = <Item extends z.ZodType>(item: Item) =>
  z.array(item, because("invalid")).max(10_000, "too_long").default([]);

/** Names of user groups, each once. */
const groupNames = z
  .array(nameField, because("invalid"))
  .refine((names) => new Set(names.map((name) => name.toLowerCase())).size === names.length, "duplicate");

/**
 * The provisioning file, after its secrets were resolved: the fields of the admin operations under the names of provisioning.md.
 * Strict: what it does not know is refused. `public/sluice-config.schema.json` is made from it.
 */
export const configFile = strict({
  /** Removes what an earlier run created and this file no longer names. */
  prune: flag.default(false),
  settings: UpdateSettingsInput.default({}),
  channels: list(
    strict({
      ...channelFields,
      userGroups: orDefault(groupNames, []),
      /** The first of `credentials`; without both, a channel that exists keeps its own and a new one has none. */
      credential: credentialField.nullish(),
      credentials: credentialsField.nullish(),
    }),
  ),
  userGroups: list(strict({ ...userGroupFields, rpm: rpmField.nullish() })),
  users: list(
    strict({
      ...userFields,
      ipAllow: ipListField.nullish(),
      ipDeny: ipListField.nullish(),
      password: passwordField.nullish(),
      groups: groupNames.nullish(),
      rpm: rpmField.nullish(),
      rpmOverrides: rpmOverrides.nullish(),
    }),
  ),
  keys: list(strict({ user: nameField, ...keyFields, secret: z.string(because("secret_invalid")).nullish() })),
  modelGroups: list(strict(modelGroupFields)),
  models: list(strict(modelFields)),
  limits: list(limitEntry),
  rates: list(rateEntry),
  boosts: list(boostEntry),
  prices: list(strict({ ...priceFields, channel: nameField.nullish(), effectiveFrom: instantField.nullish() })),
});

/** A valid provisioning file. */
export type ConfigFile = z.output<typeof configFile>;

/** Where the file may write `env:NAME` or `file:PATH` instead of a secret: list and field. */
export const SECRET_FIELDS = [
  ["channels", "credential"],
  ["users", "password"],
  ["keys", "secret"],
] as const;

/** The same in a list of an entry: list, its field, and the field of what that holds. */
export const SECRET_LISTS = [["channels", "credentials", "value"]] as const;

/** Fields of provisioning.md that this release does not have: they are told as such, and null means the default as everywhere. */
export const NOT_SUPPORTED: ReadonlySet<string> = new Set(["keys[].channels"]);
