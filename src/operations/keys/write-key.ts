import { AppError } from "@/core/errors";
import type { KeyRow } from "@/core/keys/key";
import { createKeySecret, describeKey } from "@/core/keys/key-secret";
import { changesOf } from "../changes-of";
import { managedBy } from "../existing";
import type { OperationContext, OperationResult } from "../operation";
import { keyOutput } from "./key-output";
import type { CreateKeyInput, Key, KeyWithSecret, RotateKeyInput, UpdateKeyInput } from "./schema";

/** Inserts a key with a new secret. Throws validation_failed for an unknown user or an end in the past, name_taken. */
export async function insertKey(
  input: CreateKeyInput,
  { ports, actor, now }: OperationContext,
  secret = createKeySecret(),
): Promise<OperationResult<KeyWithSecret>> {
  if ((await ports.users.find(input.userId)) === null) fault("userId", "not_found");
  // A file outlives the keys it names: those that ended are made as ended.
  const expiresAt = endOf(input.expiresAt, actor.via === "file" ? 0 : now);
  const values = { ...input, expiresAt, managedBy: managedBy(actor) };
  const row = await ports.keys.insert(values, describeKey(secret));
  const key = keyOutput(row, now);
  return { output: { key, secret }, audit: { target: `key:${row.id}`, before: null, after: key } };
}

/** Gives a key a new secret; the old one works for the overlap. */
export async function rotateRow(
  row: KeyRow,
  { overlapMinutes }: RotateKeyInput,
  { ports, now }: OperationContext,
): Promise<OperationResult<KeyWithSecret>> {
  const secret = createKeySecret();
  const until = overlapMinutes === 0 ? null : now + overlapMinutes * 60_000;
  const key = keyOutput(await ports.keys.rotate(row.id, describeKey(secret), until), now);
  return { output: { key, secret }, audit: { target: `key:${row.id}`, before: keyOutput(row, now), after: key } };
}

/** Changes named fields of a key. */
export async function updateRow(
  row: KeyRow,
  { id, version, ...patch }: UpdateKeyInput,
  { ports, actor, now }: OperationContext,
): Promise<OperationResult<Key>> {
  const { expiresAt, ...rest } = patch;
  const wanted = expiresAt === undefined ? rest : { ...rest, expiresAt: nextEnd(row, expiresAt, now) };
  const changes = changesOf({ row, version, actor }, wanted);
  if (changes === null) return { output: keyOutput(row, now) };
  const output = keyOutput(await ports.keys.update(id, changes, version), now);
  return { output, audit: { target: `key:${id}`, before: keyOutput(row, now), after: output } };
}

/** Removes a key; calls with it are refused from then on. */
export async function deleteRow(
  row: KeyRow,
  { ports, now }: OperationContext,
): Promise<OperationResult<{ id: number }>> {
  await ports.keys.delete(row.id);
  return { output: { id: row.id }, audit: { target: `key:${row.id}`, before: keyOutput(row, now), after: null } };
}

/** An end that stays as it is may lie in the past; a new one may not. */
function nextEnd(row: KeyRow, expiresAt: string | null, now: number): number | null {
  return expiresAt !== null && Date.parse(expiresAt) === row.expiresAt ? row.expiresAt : endOf(expiresAt, now);
}

function endOf(expiresAt: string | null, now: number): number | null {
  if (expiresAt === null) return null;
  const at = Date.parse(expiresAt);
  if (at <= now) fault("expiresAt", "date_past");
  return at;
}

function fault(path: string, code: "not_found" | "date_past"): never {
  throw new AppError("validation_failed", {}, { fields: [{ path, code }] });
}
