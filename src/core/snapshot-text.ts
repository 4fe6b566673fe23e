import { createHash } from "node:crypto";
import { z } from "zod";
import type { AuthSnapshot } from "./auth-snapshot";
import {
  ENFORCEMENTS,
  LIMIT_AXES,
  LIMIT_MODES,
  LIMIT_STATES,
  LIMIT_SUBJECTS,
  LIMIT_UNITS,
  LIMIT_WINDOWS,
  RATE_METRICS,
  RATE_SUBJECTS,
} from "./vocabulary";

/*
 * An auth snapshot as a text that replicas share (channels-and-rates.md A1, A7). Every field is there, null included, so that "none" is never
 * taken for "not loaded"; a field that the type gains and the schema lacks does not compile.
 */

const id = z.int();
const at = z.int();
const network = z.strictObject({ address: z.array(z.int()).min(1).max(4), bits: z.int() });
const concurrent = z.union([z.int(), z.literal("unlimited")]).nullable();
const cell = { modelGroupId: id.nullable(), unit: z.enum(LIMIT_UNITS) };

const storedSnapshot = z.strictObject({
  ...{ keyId: id, keyName: z.string(), keyPrefix: z.string(), keyEnabled: z.boolean(), expiresAt: at.nullable() },
  models: z.array(z.string()).nullable(),
  ...{ userId: id, userName: z.string(), userEnabled: z.boolean(), version: z.int() },
  addressRules: z.array(z.strictObject({ allow: z.array(network), deny: z.array(network) })),
  userGroups: z.array(
    z.strictObject({ id, name: z.string(), joinedVersion: z.int(), costMultiplierPpm: z.int().nullable() }),
  ),
  limits: z.array(
    z.strictObject({
      ...{ id, subjectType: z.enum(LIMIT_SUBJECTS), subjectId: id, ...cell, window: z.enum(LIMIT_WINDOWS) },
      ...{ state: z.enum(LIMIT_STATES), amount: z.int().nullable(), mode: z.enum(LIMIT_MODES).nullable() },
      ...{ enforcement: z.enum(ENFORCEMENTS).nullable(), stateVersion: z.int() },
    }),
  ),
  boosts: z.array(
    z.strictObject({
      ...{ id, userId: id, ...cell, window: z.enum(LIMIT_WINDOWS), amount: z.int() },
      ...{ validFrom: at, validTo: at, endedAt: at.nullable() },
    }),
  ),
  rates: z.array(
    z.strictObject({
      ...{
        id,
        subjectType: z.enum(RATE_SUBJECTS),
        userId: id.nullable(),
        userGroupId: id.nullable(),
        keyId: id.nullable(),
      },
      ...{ modelGroupId: id.nullable(), model: z.string().nullable(), metric: z.enum(RATE_METRICS) },
      ...{ amount: z.int().nullable(), burst: z.int().nullable() },
    }),
  ),
  maxConcurrent: z.strictObject({ user: concurrent, key: concurrent }),
  restarts: z.array(z.strictObject({ axis: z.enum(LIMIT_AXES), subjectId: id, ...cell, restartedAt: at })),
}) satisfies z.ZodType<Omit<AuthSnapshot, "models"> & { readonly models: readonly string[] | null }>;

/** Names the form of the texts: the hash of the schema itself. */
export const SNAPSHOT_SCHEMA: string = createHash("sha256")
  .update(JSON.stringify(z.toJSONSchema(storedSnapshot)))
  .digest("hex")
  .slice(0, 16);

/** The text of a snapshot. */
export function snapshotText(snapshot: AuthSnapshot): string {
  return JSON.stringify({ ...snapshot, models: snapshot.models === null ? null : [...snapshot.models] });
}

/** The snapshot of a text; null when it is none of this form. */
export function readSnapshotText(text: string): AuthSnapshot | null {
  const parsed = storedSnapshot.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { models, ...rest } = parsed.data;
  return { ...rest, models: models === null ? null : new Set(models) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
