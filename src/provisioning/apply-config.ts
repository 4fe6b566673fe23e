import { AppError, type FieldError, toAppError } from "@/core/errors";
import type { ProvisioningReport, Transact } from "@/core/ports";
import { PROVISIONING_GAPS, type ProvisioningGap } from "@/core/vocabulary";
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
import { emptyLog, toReport, type WriteLog, watchWrites } from "./watch-writes";

/** What applying a file needs. */
export type ApplyDeps = { readonly transact: Transact; readonly clock: Clock; readonly secrets: SecretSource };

const FILE: Actor = { kind: "file", via: "file", role: null, userId: null, name: "provisioning file", address: null };

/**
 * Applies a provisioning file in one transaction, by the rules of the admin operations: validation, audit rows, config version. A second
 * run with the same file changes nothing. Throws validation_failed with every problem and its path; then nothing was applied.
 */
export async function applyConfig(text: string, { transact, clock, secrets }: ApplyDeps): Promise<ProvisioningReport> {
  const file = parseConfig(text, secrets);
  return transact((ports) => applyFile(file, { ports, actor: FILE, now: clock.now() }));
}

/** The same for a file that is read already, inside the transaction of `context`. The actor must come by `file`. */
export async function applyFile(file: ConfigFile, context: OperationContext): Promise<ProvisioningReport> {
  const log = emptyLog();
  const faults: FieldError[] = [];
  for (const step of stepsOf(file)) await take(step, context, { log, faults });
  if (faults.length > 0) throw new AppError("validation_failed", {}, { fields: faults });
  return toReport(log, await context.ports.configVersion());
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

type Outcome = { readonly log: WriteLog; readonly faults: FieldError[] };

/**
 * Runs one step and notes what it did, told by its audit rows. Wrong fields are collected so that all are told at once; what failed in
 * the database ends the run, since the transaction takes no more statements.
 */
async function take(step: Step, context: OperationContext, outcome: Outcome): Promise<void> {
  const { faults, log } = outcome;
  const ports = watchWrites(context.ports, step, log);
  try {
    const gap = await step.run({ ...context, ports });
    if (isGap(gap)) log.incomplete.push({ object: step.label, code: gap });
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

function isGap(value: unknown): value is ProvisioningGap {
  return PROVISIONING_GAPS.some((gap) => gap === value);
}

function faultsOf({ code, fields, params }: AppError, path: string): readonly FieldError[] {
  if (fields.length === 0) return [{ path, code, params }];
  return fields.map((field) => ({ ...field, path: joinPath(path, field.path) }));
}

function joinPath(path: string, field: string): string {
  if (path === "") return field;
  return field === "" || field.startsWith("[") ? `${path}${field}` : `${path}.${field}`;
}
