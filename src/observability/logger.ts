import pino, { type DestinationStream, type Logger } from "pino";

/** The process log: one JSON object a line on standard error. */
export type Log = {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
};

const SECRET_FIELDS = [
  "authorization",
  "cookie",
  "credential",
  "databaseUrl",
  "digest",
  "headers",
  "key",
  "params",
  "parameters",
  "password",
  "sealed",
  "secret",
  "token",
  "value",
  "x-api-key",
  "x-goog-api-key",
];
const REDACTED = SECRET_FIELDS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/** Keys, bearer tokens and URLs with a password, wherever they stand in a text. */
const SECRET_TEXT = /sk-sluice-[\w-]+|\bBearer\s+[\w.~+/=-]+|(?<=:\/\/[^\s:@/]*:)[^\s@/]+(?=@)|(?<=[?&]key=)[^&\s]+/gi;

/** A text without the secrets that `SECRET_TEXT` knows. */
export function redactText(text: string): string {
  return text.replace(SECRET_TEXT, "[redacted]");
}

/**
 * What is logged of an error: name, code, message and stack of it and of its causes, at most four deep. Other properties are left out: those
 * of database errors hold the values of the statement.
 */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === "string" ? redactText(error) : typeof error;
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  const cause = error.cause === undefined || depth === 3 ? {} : { cause: describeError(error.cause, depth + 1) };
  return {
    name: error.name,
    ...code,
    message: redactText(error.message),
    stack: redactText(error.stack ?? ""),
    ...cause,
  };
}

/** Makes the logger. Redaction happens here and nowhere else. `destination` is for tests. */
export function createLogger(options: { level?: string } = {}, destination?: DestinationStream): Log {
  const logger: Logger = pino(
    {
      level: options.level ?? "info",
      base: { service: "sluice" },
      redact: { paths: REDACTED, censor: "[redacted]" },
      serializers: { error: (error: unknown) => describeError(error), err: (error: unknown) => describeError(error) },
    },
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
  return {
    info: (fields, message) => logger.info(fields, redactText(message)),
    warn: (fields, message) => logger.warn(fields, redactText(message)),
    error: (fields, message) => logger.error(fields, redactText(message)),
  };
}
