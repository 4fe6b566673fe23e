import { AppError, type ErrorCode, isAppError } from "@/core/errors";

/** Unique indexes whose violation has a code of its own. */
const TAKEN: Readonly<Record<string, ErrorCode>> = {
  users_name_key: "name_taken",
  keys_name_key: "name_taken",
  access_tokens_name_key: "name_taken",
  channels_name_key: "name_taken",
  model_groups_name_key: "name_taken",
  user_groups_name_key: "name_taken",
  users_email_key: "email_taken",
  accounts_email_key: "email_taken",
};

const UNIQUE_VIOLATION = "23505";
const FOREIGN_KEY_VIOLATION = "23503";
/** Classes of SQLSTATE after which the same statement may pass: connection, authorization, transaction, resources, locks, operator, system. */
const OUTAGE_CLASSES = new Set(["08", "25", "28", "3D", "40", "53", "55", "57", "58"]);

/** The fields of a driver error that hold names and codes, never values. */
type DriverError = {
  readonly name?: string;
  readonly code?: unknown;
  readonly table_name?: unknown;
  readonly constraint_name?: unknown;
  readonly routine?: unknown;
};

function asDriverError(value: unknown): DriverError {
  return typeof value === "object" && value !== null ? value : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The SQLSTATE of a driver error, or null when it did not come from the server. */
export function sqlStateOf(error: unknown): string | null {
  const { name, code } = asDriverError(error);
  return name === "PostgresError" && typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** The code of a lost or refused connection (`ECONNREFUSED`, `CONNECTION_CLOSED`), or null. */
export function connectionFailureOf(error: unknown): string | null {
  const { name, code } = asDriverError(error);
  return name !== "PostgresError" && typeof code === "string" && /^(E[A-Z_]+|CONN[A-Z_]+|SASL[A-Z_]+)$/.test(code)
    ? code
    : null;
}

/** An error that names code, table and constraint alone: message, detail and parameters of the original hold values (SEC16). */
function withoutValues(error: unknown): Error {
  const driver = asDriverError(error);
  const parts = [driver.code, driver.table_name, driver.constraint_name, driver.routine].map(textOf).filter(Boolean);
  const safe = new Error(`postgres: ${parts.length > 0 ? parts.join(" ") : textOf(driver.name) || "unknown fault"}`);
  safe.name = "DatabaseError";
  return safe;
}

function codeOf(error: unknown): ErrorCode {
  const state = sqlStateOf(error);
  if (state === null) return connectionFailureOf(error) === null ? "internal_error" : "database_unavailable";
  if (state === FOREIGN_KEY_VIOLATION) return "not_found";
  const constraint = textOf(asDriverError(error).constraint_name);
  if (state === UNIQUE_VIOLATION) return TAKEN[constraint] ?? "internal_error";
  return OUTAGE_CLASSES.has(state.slice(0, 2)) ? "database_unavailable" : "internal_error";
}

/**
 * What a failed statement becomes: `name_taken` or `email_taken` for a violated name, `not_found` for a missing parent row,
 * `database_unavailable` when the same statement may pass later, else `internal_error`. An AppError stays as it is.
 */
export function toDatabaseError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (textOf(asDriverError(error).constraint_name) === "key_secrets_digest_key") {
    return new AppError(
      "validation_failed",
      {},
      { cause: withoutValues(error), fields: [{ path: "secret", code: "taken" }] },
    );
  }
  return new AppError(codeOf(error), {}, { cause: withoutValues(error) });
}

/** A `database_unavailable` with a reason of our own. */
export function databaseUnavailable(reason: string): AppError {
  return new AppError("database_unavailable", {}, { cause: new Error(`postgres: ${reason}`) });
}
