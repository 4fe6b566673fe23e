/** One wrong field as the server names it: its path, a code of the messages' `fieldErrors`, parameters. */
export type FieldProblem = {
  readonly path: string;
  readonly code: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
};

/** What went wrong, as pages show it: a stable code, the request to name to an admin, and wrong fields. */
export type Problem = {
  readonly code: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
  readonly fields: readonly FieldProblem[];
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function isField(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value.path === "string" && typeof value.code === "string";
}

/** Any failure as a problem: an error of the API or of an action by its own code; what has none never reached the server. */
export function toProblem(failure: unknown): Problem {
  const given = isRecord(failure) ? failure : {};
  return {
    code: typeof given.code === "string" ? given.code : "network_error",
    params: isRecord(given.params) ? given.params : {},
    requestId: typeof given.requestId === "string" ? given.requestId : null,
    fields: Array.isArray(given.fields) ? given.fields.filter(isField) : [],
  };
}
