import { hash } from "node:crypto";
import { AppError } from "@/core/errors";
import { IDEMPOTENCY_MS, type IdempotencyPlace } from "@/core/idempotency/idempotency-store";
import type { OperationPorts } from "@/core/ports";
import { actorScope } from "./actor-scope";
import type { Actor, Operation } from "./operation";

/** Who runs an operation, and the idempotency key under which it shall run once: 1..255 printable ASCII characters. */
export type Caller = Actor & { readonly idempotencyKey?: string };

/** The parsed output, the config version after a write (0 for reads), and whether both were kept from an earlier call. */
export type OperationReply = {
  readonly output: unknown;
  readonly configVersion: number;
  readonly isReplayed: boolean;
};

/** A call that shall run once: where its reply is kept, and a digest of what it asks. */
export type OnceCall = {
  readonly place: IdempotencyPlace;
  readonly operation: string;
  readonly digest: string;
  /** Epoch ms. */
  readonly now: number;
};

/** True when calls of the operation may run under an idempotency key: writes by POST whose change is one transaction. */
export function takesIdempotencyKey(operation: Operation): boolean {
  return operation.method === "POST" && operation.isRead !== true && operation.isDetached !== true;
}

/** The call as one that shall run once; null without a key, or where a key says nothing. */
export function onceCallOf(
  operation: Operation,
  input: unknown,
  { caller, now }: { readonly caller: Caller; readonly now: number },
): OnceCall | null {
  const { idempotencyKey: key } = caller;
  if (key === undefined || !takesIdempotencyKey(operation)) return null;
  const digest = hash("sha256", JSON.stringify([operation.name, sorted(input)]), "base64url");
  return { place: { scope: actorScope(caller), key }, operation: operation.name, digest, now };
}

/** The reply of an earlier call with the same key and input; null: there was none. Throws idempotency_key_reused. */
export async function keptReply(call: OnceCall, ports: OperationPorts): Promise<OperationReply | null> {
  const sealed = await ports.idempotency.find(call.place, call.now - IDEMPOTENCY_MS);
  if (sealed === null) return null;
  const plain = ports.secrets.open(sealed, contextOf(call));
  const kept = plain === null ? null : (JSON.parse(plain) as Omit<OperationReply, "isReplayed"> & { digest: string });
  if (kept?.digest !== call.digest) throw new AppError("idempotency_key_reused");
  return { output: kept.output, configVersion: kept.configVersion, isReplayed: true };
}

/**
 * Runs a call inside its transaction and keeps its reply there, or gives the kept one: a second call waits for the first one's commit, and
 * takes its place when that one failed. Throws idempotency_key_reused.
 */
export async function runOnce<Reply extends OperationReply>(
  call: OnceCall,
  ports: OperationPorts,
  run: () => Promise<Reply>,
): Promise<Reply | OperationReply> {
  const { place, operation, digest, now } = call;
  if (!(await ports.idempotency.claim(place, { operation, now, since: now - IDEMPOTENCY_MS }))) {
    const kept = await keptReply(call, ports);
    if (kept === null) throw new AppError("internal_error");
    return kept;
  }
  const reply = await run();
  const { output, configVersion } = reply;
  await ports.idempotency.keep(
    place,
    ports.secrets.seal(JSON.stringify({ digest, output, configVersion }), contextOf(call)),
  );
  return reply;
}

/** Binds a sealed reply to its place. */
function contextOf({ place }: OnceCall): string {
  return `idempotency:${JSON.stringify([place.scope, place.key])}`;
}

/** The same JSON with the fields of every object in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, entry]) => [name, sorted(entry)]),
  );
}
