import { AppError } from "@/core/errors";
import type { Operation } from "@/operations/operation";
import { takesIdempotencyKey } from "@/operations/run-once";

/** The request header that names a call, so that it can be sent again and is done once. */
export const IDEMPOTENCY_KEY_HEADER = "idempotency-key";
/** The header of a reply that was kept from an earlier call. */
export const IDEMPOTENCY_REPLAYED_HEADER = "idempotency-replayed";

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/**
 * The idempotency key of a call, for the caller that runs the operation; nothing without one, and for operations that take none. Throws
 * validation_failed for one that is not 1..255 printable ASCII characters.
 */
export function idempotencyKeyOf(headers: Headers, operation: Operation): { readonly idempotencyKey?: string } {
  const idempotencyKey = headers.get(IDEMPOTENCY_KEY_HEADER);
  if (idempotencyKey === null || !takesIdempotencyKey(operation)) return {};
  if (PRINTABLE.test(idempotencyKey)) return { idempotencyKey };
  const code = idempotencyKey === "" ? "required" : idempotencyKey.length > 255 ? "too_long" : "invalid";
  throw new AppError("validation_failed", {}, { fields: [{ path: "Idempotency-Key", code }] });
}
