import type { AuditEntry, AuditRow } from "@/core/audit/audit";
import type { OperationPorts, ProvisioningReport } from "@/core/ports";
import type { ProvisioningGap } from "@/core/vocabulary";
import { changedPaths } from "./changed-paths";
import type { Step } from "./step";

/** What a run has done so far. */
export type WriteLog = {
  readonly created: string[];
  readonly changed: string[];
  readonly removed: string[];
  /** Names of who had edited, by label. */
  readonly overwrote: Map<string, Set<string>>;
  readonly incomplete: { readonly object: string; readonly code: ProvisioningGap }[];
  /** Audit targets that were told of, with what others did to them before this run. */
  readonly seen: Map<string, readonly AuditEntry[]>;
};

/** A run that has done nothing yet. */
export function emptyLog(): WriteLog {
  return { created: [], changed: [], removed: [], overwrote: new Map(), incomplete: [], seen: new Map() };
}

/** The log as a report. */
export function toReport(
  { created, changed, removed, overwrote, incomplete }: WriteLog,
  configVersion: number,
): ProvisioningReport {
  const edited = [...overwrote].map(([object, names]) => ({ object, editedBy: [...names] }));
  return { created, changed, removed, overwrote: edited, incomplete, configVersion };
}

/**
 * Ports whose audit log also notes what a step did. One object changed twice is told once; one removed by its own name. A change of the
 * file's own object is an overwrite when others changed one of the same fields since a file last wrote it.
 */
export function watchWrites(ports: OperationPorts, step: Step, log: WriteLog): OperationPorts {
  const note = async (row: AuditRow) => {
    const { target, before, after } = row;
    const edits = log.seen.get(target) ?? (before === null ? [] : await ports.audit.editsSinceFile(target));
    if (!log.seen.has(target)) tell(step, row, log);
    log.seen.set(target, edits);
    if (before === null || after === null) return;
    const written = changedPaths(before, after);
    const undone = edits.filter((edit) => [...changedPaths(edit.before, edit.after)].some((path) => written.has(path)));
    if (undone.length === 0) return;
    const names = log.overwrote.get(step.label) ?? new Set<string>();
    for (const { actorName } of undone) names.add(actorName);
    log.overwrote.set(step.label, names);
  };
  return {
    ...ports,
    audit: {
      ...ports.audit,
      async insert(rows) {
        for (const row of rows) await note(row);
        await ports.audit.insert(rows);
      },
    },
  };
}

function tell({ label }: Step, { target, before, after }: AuditRow, log: WriteLog): void {
  if (before === null) log.created.push(label);
  else if (after === null) log.removed.push(labelOf(target, before));
  else log.changed.push(label);
}

function labelOf(target: string, row: unknown): string {
  const { name, userName } = row as { name?: string; userName?: string };
  const [kind = ""] = target.split(":");
  return `${kind.replace("-", " ")} ${userName === undefined ? "" : `${userName}/`}${name ?? target}`;
}
