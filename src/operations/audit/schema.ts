import { z } from "zod";
import { ACTOR_KINDS, ACTOR_WAYS } from "@/core/vocabulary";
import {
  byId,
  choice,
  idField,
  instant,
  instantField,
  listOf,
  orDefault,
  searchField,
  strict,
  text,
  whole,
} from "../references";

/** Input of `audit.list`, newest first. A cursor belongs to its filters (`cursor_mismatch`). */
export const ListAuditInput = strict({
  actorUserId: idField.optional(),
  actorKind: choice(ACTOR_KINDS).optional(),
  via: choice(ACTOR_WAYS).optional(),
  /** A whole name, `channels.update`, or what comes before its first dot, `channels`. */
  operation: text(100).optional(),
  /** A whole target, `channel:7`, or its kind, `channel`. */
  target: text(300).optional(),
  /** Inclusive. */
  from: instantField.optional(),
  /** Exclusive. */
  to: instantField.optional(),
  /** Part of the actor's name, the target or the changed object's name. */
  q: searchField.optional(),
  cursor: text(1000).optional(),
  limit: orDefault(whole(1, 200), 50),
});

/** Input of `audit.get`. */
export const GetAuditInput = byId;

/** One change: who, when, by which way, from where, and what. Secrets are never in it. */
export const AuditItem = z.object({
  id: z.int(),
  at: instant,
  /** null in entries from before it was recorded. */
  via: z.enum(ACTOR_WAYS).nullable(),
  actor: z.object({ kind: z.enum(ACTOR_KINDS), userId: z.int().nullable(), name: z.string() }),
  /** Remote address; null when there is none. */
  address: z.string().nullable(),
  operation: z.string(),
  target: z.string(),
  /** null: the object was made. */
  before: z.unknown(),
  /** null: the object was removed. */
  after: z.unknown(),
});
/** See the schema. */
export type AuditItem = z.infer<typeof AuditItem>;
/** Output of `audit.list`. */
export const AuditList = listOf(AuditItem);
