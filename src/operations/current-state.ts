import type { z } from "zod";
import type { Operation } from "./operation";

/** The reading operation that shows what a versioned write changes: the GET of the same path, or of the row above it; null: none. */
export function twinOf(operation: Operation, operations: readonly Operation[]): Operation | null {
  const { path } = operation;
  const above = operations.filter(
    (one) => one.method === "GET" && one.path.includes("{") && (path === one.path || path.startsWith(`${one.path}/`)),
  );
  return above.sort((one, other) => other.path.length - one.path.length)[0] ?? null;
}

/** What of a write's input says which row it is for, as input of its twin. */
export function twinInput(twin: Operation, input: unknown): Readonly<Record<string, unknown>> {
  const { def } = twin.input._zod;
  const known = def.type === "object" ? Object.keys((def as z.core.$ZodObjectDef).shape) : [];
  const given = Object.entries(typeof input === "object" && input !== null ? input : {});
  return Object.fromEntries(given.filter(([name]) => known.includes(name)));
}
