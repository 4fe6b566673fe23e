import type { z } from "zod";
import type { FieldError } from "@/core/errors";
import { FIELD_ERROR_CODES, type FieldErrorCode } from "./field-error-codes";

type Issue = z.core.$ZodIssue;
const known: ReadonlySet<string> = new Set(FIELD_ERROR_CODES);

/** Issues of a schema as field errors: stable codes, never sentences; one per unknown field. Values are not told. */
export function fieldErrorsOf(issues: readonly Issue[], prefix = ""): readonly FieldError[] {
  return issues.flatMap((issue) => {
    const path = joinPath(prefix, issue.path);
    if (issue.code === "unrecognized_keys") {
      const code = isFieldErrorCode(issue.message) ? issue.message : "unknown_field";
      return issue.keys.map((key) => ({ path: joinPath(path, [key]), code }));
    }
    const params = paramsOf(issue);
    return [{ path, code: codeOf(issue), ...(params === undefined ? {} : { params }) }];
  });
}

/** A path as people write it: `limits[2].amount`. */
function joinPath(prefix: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, prefix);
}

/** Schemas of ours write a code into the message; for those of core/ the kind of issue decides. */
function codeOf(issue: Issue): FieldErrorCode {
  if (isFieldErrorCode(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return "required";
      return issue.expected === "int" ? "not_an_integer" : "invalid";
    case "too_small":
      return issue.origin === "string" ? "too_short" : "out_of_range";
    case "too_big":
      return issue.origin === "string" ? "too_long" : "out_of_range";
    case "invalid_value":
      return "not_a_choice";
    default:
      return "invalid";
  }
}

function isFieldErrorCode(text: string): text is FieldErrorCode {
  return known.has(text);
}

function paramsOf(issue: Issue): FieldError["params"] {
  if (issue.code === "custom") return issue.params;
  if (issue.code === "too_small") return { min: Number(issue.minimum) };
  return issue.code === "too_big" ? { max: Number(issue.maximum) } : undefined;
}
