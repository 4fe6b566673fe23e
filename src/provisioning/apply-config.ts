import type { AuditRow } from "@/core/audit/audit";
import { AppError, type FieldError, toAppError } from "@/core/errors";
import type { OperationPorts, Transact } from "@/core/ports";
import type { Clock } from "@/lib/clock";
import type { Actor, OperationContext } from "@/operations/operation";
import { runInside } from "@/operations/run-operation";
import { updateSettings } from "@/operations/settings/update-settings";
import { applyBoost } from "./apply-boost";
import { applyChannel } from "./apply-channel";
import { applyKey } from "./apply-key";
import { applyLimits } from "./apply-limits";
import { applyModel } from "./apply-model";
import { applyModelGroup, releaseModels } from "./apply-model-group";
import { applyPrice } from "./apply-price";
import { applyRates } from "./apply-rates";
import { applyUser } from "./apply-user";
import { applyUserGroup } from "./apply-user-group";
import type { ConfigFile } from "./config-file";
import { parseConfig, type SecretSource } from "./parse-config";
import { prune, pruneModelGroups } from "./prune";
import { pruneLimits } from "./prune-limits";
import { pruneRates } from "./prune-rates";
import type { Step } from "./step";

/** What applying a file needs. */
export type ApplyDeps = { readonly transact: Transact; readonly clock: Clock; readonly secrets: SecretSource };

/** What a run did, by label: `channel openai-main`. All empty: the file changed nothing. */
export type ApplyReport = {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly configVersion: number;
};

const FILE: Actor = { kind: "file", via: "file", role: null, userId: null, name: "provisioning file", address: null };

/**
 * Applies a provisioning file in one transaction, by the rules of the admin operations: validation, audit rows, config version. A second
 * run with the same file changes nothing. Throws validation_failed with every problem and its path; then nothing was applied.
 */
export async function applyConfig(text: string, deps: ApplyDeps): Promise<ApplyReport> {
  const file = parseConfig(text, deps.secrets);
  return deps.transact(async (ports) => {
    const report = { created: [] as string[], changed: [] as string[], removed: [] as string[] };
    const faults: FieldError[] = [];
    const told = new Set<string>();
    for (const step of stepsOf(file))
      await take(step, { ports, actor: FILE, now: deps.clock.now() }, { report, faults, told });
    if (faults.length > 0) throw new AppError("validation_failed", {}, { fields: faults });
    return { ...report, configVersion: await ports.configVersion() };
  });
}

/** Everything in an order in which each finds what it refers to; models leave their old groups before they join new ones. */
function stepsOf(file: ConfigFile): readonly Step[] {
  const settings: Step = {
    path: "settings",
    label: "settings",
    run: (context) => runInside(updateSettings, file.settings, context),
  };
  return [
    ...file.userGroups.map(applyUserGroup),
    settings,
    ...file.channels.map(applyChannel),
    ...file.users.map(applyUser),
    ...file.keys.map(applyKey),
    ...(file.prune ? pruneModelGroups(file) : []),
    ...file.modelGroups.map(releaseModels),
    ...file.modelGroups.map(applyModelGroup),
    ...(file.prune ? pruneLimits(file) : []),
    ...applyLimits(file),
    ...(file.prune ? pruneRates(file) : []),
    ...applyRates(file),
    ...file.boosts.map(applyBoost),
    ...file.models.map(applyModel),
    ...file.prices.map(applyPrice),
    ...(file.prune ? prune(file) : []),
  ];
}

type Outcome = {
  readonly report: Record<"created" | "changed" | "removed", string[]>;
  readonly faults: FieldError[];
  /** Audit targets that the report tells of. */
  readonly told: Set<string>;
};

/**
 * Runs one step and notes what it did, told by its audit rows. Wrong fields are collected so that all are told at once; what failed in
 * the database ends the run, since the transaction takes no more statements.
 */
async function take(step: Step, context: OperationContext, outcome: Outcome): Promise<void> {
  const { faults } = outcome;
  const ports = watched(context.ports, step, outcome);
  try {
    await step.run({ ...context, ports });
  } catch (error) {
    const known = toAppError(error);
    if (known.status >= 500) throw known;
    faults.push(...faultsOf(known, step.path));
    if (known.code !== "validation_failed" || isOfDatabase(known))
      throw new AppError("validation_failed", {}, { cause: known, fields: faults });
  }
}

/** A statement was refused: further ones in its transaction would fail as if the database were away. */
function isOfDatabase({ cause }: AppError): boolean {
  return cause instanceof Error && cause.name === "DatabaseError";
}

function faultsOf({ code, fields, params }: AppError, path: string): readonly FieldError[] {
  if (fields.length === 0) return [{ path, code, params }];
  return fields.map((field) => ({ ...field, path: joinPath(path, field.path) }));
}

function joinPath(path: string, field: string): string {
  if (path === "") return field;
  return field === "" || field.startsWith("[") ? `${path}${field}` : `${path}.${field}`;
}

/** Ports whose audit log also tells what was done. One object changed twice is told once; one removed by its own name. */
function watched(ports: OperationPorts, step: Step, { report, told }: Outcome): OperationPorts {
  const tell = ({ target, before, after }: AuditRow) => {
    const isRemoval = after === null && before !== null;
    const kind = before === null ? "created" : isRemoval ? "removed" : "changed";
    if (!told.has(target)) report[kind].push(isRemoval ? labelOf(target, before) : step.label);
    told.add(target);
  };
  return {
    ...ports,
    audit: {
      async insert(rows) {
        await ports.audit.insert(rows);
        rows.forEach(tell);
      },
    },
  };
}

function labelOf(target: string, row: unknown): string {
  const { name, userName } = row as { name?: string; userName?: string };
  const [kind = ""] = target.split(":");
  return `${kind.replace("-", " ")} ${userName === undefined ? "" : `${userName}/`}${name ?? target}`;
}
