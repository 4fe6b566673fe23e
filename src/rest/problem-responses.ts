import { type ErrorCode, errorRow } from "@/core/errors";
import type { Operation } from "@/operations/operation";
import { type JsonSchema, refTo } from "./json-schemas";
import { errorsByStatus } from "./operation-errors";
import { problemExample } from "./problem-example";
import { RATE_HEADERS } from "./rate-headers";

/** What a refusal or a fault looks like. */
export const PROBLEM: JsonSchema = {
  type: "object",
  description: "A refusal or a fault (RFC 9457).",
  properties: {
    type: { type: "string", description: "`urn:sluice:error:` and the code." },
    title: { type: "string", description: "The code." },
    status: { type: "integer", description: "The HTTP status." },
    code: { type: "string", description: "Stable; what programs go by." },
    params: { type: "object", additionalProperties: true, description: "What a sentence about the error needs." },
    requestId: { type: "string", description: "Names this call in logs." },
    current: { description: "Of `version_conflict`: what the GET of the same thing answers now." },
    fields: {
      type: "array",
      description: "Wrong fields of the input, of `validation_failed` and of codes that belong to a field.",
      items: {
        type: "object",
        properties: {
          path: { type: "string", description: "`limits[2].amount`; empty: the whole input." },
          code: { type: "string" },
          params: { type: "object", additionalProperties: true },
        },
        required: ["path", "code"],
      },
    },
  },
  required: ["type", "title", "status", "code", "params", "requestId"],
};

/** The replies that problems of the operations come in, by name: one for each set of codes that occurs. */
export function problemResponses(operations: readonly Operation[]) {
  const sets = operations.flatMap((operation) => [...errorsByStatus(operation).values()]);
  return new Map(sets.map((codes) => [nameOf(codes), responseOf(codes)]));
}

/** Where the reply with some codes lies in the document. */
export const refToProblems = (codes: readonly ErrorCode[]) => ({ $ref: `#/components/responses/${nameOf(codes)}` });

/** `VersionConflictOrNameTaken` */
const nameOf = (codes: readonly ErrorCode[]) => codes.map(inPascalCase).join("Or");

const inPascalCase = (code: string) => code.replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());

function responseOf(codes: readonly ErrorCode[]) {
  const [first = "internal_error"] = codes;
  const isLater = errorRow(first).status === 429;
  return {
    description: codes.map((code) => `\`${code}\``).join(", "),
    "x-sluice-codes": codes,
    headers: {
      "x-sluice-request-id": { $ref: "#/components/headers/RequestId" },
      ...(errorRow(first).status === 401 ? { "www-authenticate": { $ref: "#/components/headers/Challenge" } } : {}),
      ...RATE_HEADERS,
      ...(isLater ? { "retry-after": { $ref: "#/components/headers/RetryAfter" } } : {}),
    },
    content: {
      "application/problem+json": {
        schema: withCodes(codes),
        example: problemExample(first),
      },
    },
  };
}

const withCodes = (codes: readonly ErrorCode[]): JsonSchema => ({
  allOf: [refTo("Problem"), { type: "object", properties: { code: { type: "string", enum: codes } } }],
});
