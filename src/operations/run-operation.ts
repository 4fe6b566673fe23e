import type { z } from "zod";
import type { AuditRow } from "@/core/audit/audit";
import { AppError, type FieldError, toAppError } from "@/core/errors";
import type { OperationPorts, Transact } from "@/core/ports";
import type { Clock } from "@/lib/clock";
import { twinInput, twinOf } from "./current-state";
import { fieldErrorsOf } from "./field-errors";
import type { Actor, AuditNote, Operation, OperationContext, OperationResult } from "./operation";
import { permissionsOf } from "./permissions";
import { type Caller, keptReply, type OnceCall, type OperationReply, onceCallOf, runOnce } from "./run-once";
import { withoutSecrets } from "./without-secrets";

/** What running operations needs. `ports` stand outside a transaction and serve reads. */
export type OperationDeps = {
  readonly operations: readonly Operation[];
  readonly ports: OperationPorts;
  readonly transact: Transact;
  readonly clock: Clock;
};

/** Runs an operation by name. Throws AppError and nothing else. */
export type RunOperation = (name: string, input: unknown, caller: Caller) => Promise<OperationReply>;

/** Fields that errors from below belong to. */
const FIELD_OF: Readonly<Record<string, string>> = {
  name_taken: "name",
  email_taken: "email",
  base_url_forbidden: "baseUrl",
};

/**
 * The one way to run an operation, in fixed order: permission, parse, check, transaction, run, audit row in the same transaction, without secrets.
 * Reads skip transaction and audit. A call with an idempotency key gives the reply of an earlier one, before the check already, or keeps its own.
 * Throws not_found for an unknown name, unauthenticated, forbidden, validation_failed, idempotency_key_reused, and the codes of the operation;
 * whatever else happens becomes internal_error. A version_conflict carries what the caller may read of the state that is.
 */
export function createRunOperation(deps: OperationDeps): RunOperation {
  const byName = new Map(deps.operations.map((operation) => [operation.name, operation]));
  const run: RunOperation = async (name, input, caller) => {
    const operation = byName.get(name);
    if (operation === undefined) throw new AppError("not_found");
    permit(operation, caller);
    const parsed = parseInput(operation, input);
    const now = deps.clock.now();
    const { idempotencyKey: _, ...actor } = caller;
    const outside = { ports: deps.ports, actor, now };
    if (!isRead(operation))
      return write(operation, parsed, { outside, once: onceCallOf(operation, input, { caller, now }) });
    await operation.check?.(parsed, outside);
    const result = await operation.run(parsed, outside);
    return { output: operation.output.parse(result.output), configVersion: 0, isReplayed: false };
  };
  const write = async (
    operation: Operation,
    parsed: unknown,
    { outside, once }: WriteCall,
  ): Promise<OperationReply> => {
    const kept = once === null ? null : await keptReply(once, deps.ports);
    if (kept !== null) return kept;
    await operation.check?.(parsed, outside);
    const detached = operation.isDetached === true ? await operation.run(parsed, outside) : null;
    return discardable(deps.transact, (ports) => {
      const context = { ...outside, ports };
      const change = async () => {
        const result = detached ?? (await operation.run(parsed, context));
        const output = await recorded(operation, result, context);
        const isDiscarded = result.isDiscarded === true;
        return { output, configVersion: isDiscarded ? 0 : await ports.configVersion(), isReplayed: false, isDiscarded };
      };
      return once === null ? change() : runOnce(once, ports, change);
    });
  };
  return async (name, input, caller) => {
    try {
      return await run(name, input, caller);
    } catch (error) {
      const known = withField(toAppError(error));
      if (known.code !== "version_conflict") throw known;
      throw await withCurrent(known, byName.get(name), (twin) => run(twin.name, twinInput(twin, input), caller));
    }
  };

  async function withCurrent(
    error: AppError,
    operation: Operation | undefined,
    read: (twin: Operation) => Promise<OperationReply>,
  ): Promise<AppError> {
    const twin = operation === undefined ? null : twinOf(operation, deps.operations);
    // Whoever may not read the row, or finds it gone by now, is told of the conflict alone.
    const reply = twin === null ? null : await read(twin).catch(() => null);
    if (reply === null) return error;
    return new AppError(error.code, error.params, { cause: error.cause, fields: error.fields, current: reply.output });
  }
}

/** A write that is about to run: its context outside a transaction, and whether it shall run once. */
type WriteCall = { readonly outside: OperationContext; readonly once: OnceCall | null };

/** Parses and runs a write inside a transaction that is already open, with its audit rows; for the provisioning file. */
export async function runInside<Input extends z.ZodType, Output extends z.ZodType>(
  operation: Operation<Input, Output>,
  input: unknown,
  context: OperationContext,
): Promise<z.output<Output>> {
  const parsed = parseInput(operation, input);
  try {
    await operation.check?.(parsed, context);
    return await recorded(operation, await operation.run(parsed, context), context);
  } catch (error) {
    throw withField(toAppError(error));
  }
}

/** True when the operation changes nothing. */
export function isRead(operation: Operation): boolean {
  return operation.method === "GET" || operation.isRead === true;
}

/** A transaction whose reply may say that nothing of it is kept. */
async function discardable(
  transact: Transact,
  work: (ports: OperationPorts) => Promise<OperationReply & { readonly isDiscarded?: boolean }>,
): Promise<OperationReply> {
  let discarded: OperationReply | null = null;
  try {
    return await transact(async (ports) => {
      const { isDiscarded = false, ...reply } = await work(ports);
      if (!isDiscarded) return reply;
      discarded = reply;
      throw new AppError("internal_error"); // undoes what was written and goes no further
    });
  } catch (error) {
    if (discarded !== null) return discarded;
    throw error;
  }
}

function permit(operation: Operation, actor: Actor): void {
  const { permission } = operation;
  if (permission === null || permissionsOf(actor).includes(permission)) return;
  throw actor.kind === "anonymous" ? new AppError("unauthenticated") : new AppError("forbidden", { permission });
}

function parseInput<Input extends z.ZodType>(operation: Operation<Input>, input: unknown): z.output<Input> {
  const parsed = operation.input.safeParse(input, { reportInput: true });
  if (!parsed.success) throw new AppError("validation_failed", {}, { fields: fieldErrorsOf(parsed.error.issues) });
  return parsed.data;
}

/** Puts a result on record and parses its output. */
async function recorded<Input extends z.ZodType, Output extends z.ZodType>(
  operation: Operation<Input, Output>,
  result: OperationResult<z.input<Output>>,
  context: OperationContext,
): Promise<z.output<Output>> {
  const rows = [result.audit ?? []].flat().map((note) => auditRow(operation.name, note, context));
  if (rows.length > 0) await context.ports.audit.insert(rows);
  return operation.output.parse(result.output);
}

function auditRow(operation: string, note: AuditNote, { actor, now }: OperationContext): AuditRow {
  return {
    at: now,
    via: actor.via,
    actorKind: actor.kind,
    actorUserId: actor.userId,
    // Names of access tokens come again when one is revoked: the number tells them apart.
    actorName: actor.accessTokenId === undefined ? actor.name : `${actor.name} #${actor.accessTokenId}`,
    address: actor.address,
    operation,
    target: note.target,
    before: withoutSecrets(note.before),
    after: withoutSecrets(note.after),
  };
}

/** Lets an error about one field land on it in forms. */
function withField(error: AppError): AppError {
  const path = FIELD_OF[error.code];
  if (path === undefined || error.fields.length > 0) return error;
  const fields: readonly FieldError[] = [{ path, code: error.code, params: error.params }];
  return new AppError(error.code, error.params, { cause: error.cause, fields });
}
