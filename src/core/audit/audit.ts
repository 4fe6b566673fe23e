/** One row of the audit log. */
export type AuditRow = {
  readonly at: number;
  readonly actorKind: string;
  readonly actorUserId: number | null;
  readonly actorName: string;
  readonly address: string | null;
  readonly operation: string;
  readonly target: string;
  readonly before: unknown;
  readonly after: unknown;
};

/** Port: see its methods. */
export type AuditStore = { insert(rows: readonly AuditRow[]): Promise<void> };

/** Dashboard accounts: passwords and sign-ins are better-auth's; operations only create, reset and end them. */
