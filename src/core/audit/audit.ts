import type { ActorKind, ActorWay, Page } from "../vocabulary";

/** What is put on record of a change. */
export type AuditRow = {
  /** Epoch ms. */
  readonly at: number;
  /** By which way the call came; null in rows from before it was recorded. */
  readonly via: ActorWay | null;
  readonly actorKind: ActorKind;
  readonly actorUserId: number | null;
  readonly actorName: string;
  readonly address: string | null;
  readonly operation: string;
  /** `channel:7` */
  readonly target: string;
  /** null: the object was made. */
  readonly before: unknown;
  /** null: the object was removed. */
  readonly after: unknown;
};

/** A row of the audit log. */
export type AuditEntry = AuditRow & { readonly id: number };

/** Filters of the audit log; absent = any. */
export type AuditFilter = {
  readonly actorUserId?: number;
  readonly actorKind?: ActorKind;
  readonly via?: ActorWay;
  /** A whole name, `channels.update`, or what comes before its first dot, `channels`. */
  readonly operation?: string;
  /** A whole target, `channel:7`, or its kind, `channel`. */
  readonly target?: string;
  /** Epoch ms, inclusive / exclusive. */
  readonly from?: number;
  readonly to?: number;
  /** Part of the actor's name, the target or the changed object's name, in any case. */
  readonly q?: string;
};

/** A position in the audit log. */
export type AuditCursor = { readonly at: number; readonly id: number };

/** Port: see its methods. Rows are never changed. */
export type AuditStore = {
  insert(rows: readonly AuditRow[]): Promise<void>;
  /** The newest first; a page that is not the last has a `nextCursor`, and `after` continues behind its last row. */
  list(filter: AuditFilter, page: { limit: number; after: AuditCursor | null }): Promise<Page<AuditEntry>>;
  find(id: number): Promise<AuditEntry | null>;
  /** What others wrote to a target since a provisioning file last did, oldest first; empty when no file ever did. */
  editsSinceFile(target: string): Promise<readonly AuditEntry[]>;
};
