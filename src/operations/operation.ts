import type { z } from "zod";
import type { ErrorCode } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import type { ActorKind, ActorWay, Role } from "@/core/vocabulary";
import type { Permission } from "./references";

/** What an access token may do: read or write everything, or one area; writing includes reading. */
export type Scope = "read" | "write" | Exclude<Permission, "setup" | `me:${string}` | `access-tokens:${string}`>;

/** Who runs an operation. */
export type Actor = {
  readonly kind: ActorKind;
  /** What comes by `file` belongs to the provisioning file, whoever applied it. */
  readonly via: ActorWay;
  readonly role: Role | null;
  /** The user behind the account; null for file, setup, system. */
  readonly userId: number | null;
  readonly name: string;
  /** Remote address for the audit row; null when there is none. */
  readonly address: string | null;
  /** Of an access token alone: what it may do at most, whatever its owner may. */
  readonly scopes?: readonly Scope[];
  /** Of an access token alone: its id. */
  readonly accessTokenId?: number;
  /** Of a sign-in with a key alone: that key. */
  readonly keyId?: number;
};

/** What `run` gets: ports bound to the operation's own transaction. */
export type OperationContext = {
  readonly ports: OperationPorts;
  readonly actor: Actor;
  /** Epoch ms, the same for the whole operation. */
  readonly now: number;
};

/** One audit row, without secrets. */
export type AuditNote = {
  /** `channel:7` */
  readonly target: string;
  readonly before: unknown;
  readonly after: unknown;
};

/** What `run` returns: the output, and for writes what to put on record. A write without a change returns no note. */
export type OperationResult<Output> = {
  readonly output: Output;
  readonly audit?: AuditNote | readonly AuditNote[];
  /** True: the output tells what would be, and everything that was written is undone. */
  readonly isDiscarded?: boolean;
};

/** One thing an admin or a user may do; REST, action, audit, permission test and OpenAPI follow from it. */
export type Operation<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> = {
  /** `channels.create` */
  readonly name: string;
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Path below /api/v1, parameters in braces: `/channels/{id}`. */
  readonly path: string;
  /** One English sentence for the OpenAPI document. */
  readonly summary: string;
  /** null: open to anyone (setup state before the token). */
  readonly permission: Permission | null;
  readonly input: Input;
  readonly output: Output;
  /** Largest body of a call over REST, bytes; absent: what the API takes in general. */
  readonly maxBodyBytes?: number;
  /** Own error codes besides validation_failed, unauthenticated, forbidden. */
  readonly errors: readonly ErrorCode[];
  /** True for a call that changes nothing although it is no GET: it runs without a transaction and leaves no audit row. */
  readonly isRead?: boolean;
  /** True for a write to other stores than the database, which may take long: it runs outside a transaction, and only its audit row is in one. */
  readonly isDetached?: boolean;
  /** Runs before the transaction, on ports outside it: what must outlast a rollback, like a counted attempt, or may wait for the network. */
  check?(input: z.output<Input>, context: OperationContext): Promise<void>;
  run(input: z.output<Input>, context: OperationContext): Promise<OperationResult<z.input<Output>>>;
};

/** Declares an operation; only types are added: its name stays a literal. */
export function defineOperation<const Name extends string, Input extends z.ZodType, Output extends z.ZodType>(
  operation: Operation<Input, Output> & { readonly name: Name },
): Operation<Input, Output> & { readonly name: Name } {
  return operation;
}
