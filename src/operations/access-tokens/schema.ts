import { z } from "zod";
import type { Scope } from "../operation";
import {
  because,
  byId,
  choice,
  idField,
  instant,
  instantField,
  listOf,
  nameField,
  orDefault,
  PERMISSIONS,
  strict,
  text,
  versionField,
  whole,
} from "../references";

const STATES = ["active", "expired", "revoked"] as const;
const isArea = (permission: string): permission is Exclude<Scope, "read" | "write"> =>
  !/^(setup$|me:|access-tokens:)/.test(permission);

/** Everything that an access token may be given: reading or writing everything, or one area. */
export const SCOPES: readonly Scope[] = ["read", "write", ...PERMISSIONS.filter(isArea)];

/** What an access token may do: at least one scope, each once. */
const scopesField = z
  .array(choice(SCOPES, "scope_unknown"), because("invalid"))
  .min(1, "required")
  .max(SCOPES.length, "too_long")
  .refine((scopes) => new Set(scopes).size === scopes.length, "duplicate");

/** Input of `accessTokens.list`, the newest first. A cursor belongs to its filters (`cursor_mismatch`). */
export const ListAccessTokensInput = strict({
  userId: idField.optional(),
  state: choice(STATES).optional(),
  cursor: text(1000).optional(),
  limit: orDefault(whole(1, 200), 50),
});
/** Input of `accessTokens.get`. */
export const GetAccessTokenInput = byId;
/** Input of `accessTokens.create`. */
export const CreateAccessTokenInput = strict({
  name: nameField,
  scopes: scopesField,
  /** When it ends; null: never; absent: 90 days from now. */
  expiresAt: instantField.nullable().optional(),
});
/** Input of `accessTokens.update`: a patch. */
export const UpdateAccessTokenInput = strict({
  id: idField,
  version: versionField,
  name: nameField.optional(),
  scopes: scopesField.optional(),
});
/** Input of `accessTokens.rotate`: for how many minutes the old secret still works (0 = not at all, at most 30 days). */
export const RotateAccessTokenInput = strict({ id: idField, overlapMinutes: orDefault(whole(0, 43_200), 0) });
/** Input of `accessTokens.revoke`. */
export const RevokeAccessTokenInput = byId;

/** An access token without its secret. */
export const AccessToken = z.object({
  id: z.int(),
  version: z.int(),
  createdAt: instant,
  updatedAt: instant,
  /** The admin in whose name it calls. */
  userId: z.int(),
  userName: z.string(),
  name: z.string(),
  /** First characters of the secret, safe to show: `at-sluice-Ab12`. */
  prefix: z.string(),
  scopes: z.array(z.string()),
  state: z.enum(STATES),
  /** null: never. */
  expiresAt: instant.nullable(),
  /** Exact to a minute. */
  lastUsedAt: instant.nullable(),
  revokedAt: instant.nullable(),
  /** The older secret during a rotation and when it ends. */
  previous: z.object({ prefix: z.string(), expiresAt: instant }).nullable(),
});
/** See the schema. */
export type AccessToken = z.infer<typeof AccessToken>;
/** Output of `accessTokens.list`. */
export const AccessTokenList = listOf(AccessToken);
/** An access token and its secret, which is never shown again. */
export const AccessTokenWithSecret = z.object({ accessToken: AccessToken, secret: z.string() });
