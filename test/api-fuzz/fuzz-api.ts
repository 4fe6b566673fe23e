import Ajv2020, { type ValidateFunction } from "ajv/dist/2020.js";
import type { Random } from "../seeded-random";
import { type ApiCall, buildCall, operationsOf } from "./build-call";
import type { FuzzDocument } from "./json-schema";
import { createKnownThings } from "./known-things";

/** What is fuzzed, and how. */
export type FuzzTarget = {
  readonly document: FuzzDocument;
  /** Answers a request to `/api/v1`. Whatever it throws is a finding. */
  send(request: Request): Promise<Response>;
  /** Origin of the requests, `http://localhost:3000`; their headers beside the content type. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly random: Random;
  /** Ids that no call may aim at by what it learnt. */
  readonly untouchable: ReadonlySet<number>;
};

/** What came of it. */
export type FuzzReport = {
  /** Calls sent, by the status of their replies. */
  readonly statuses: Readonly<Record<string, number>>;
  /** The statuses that each operation answered with. */
  readonly byOperation: ReadonlyMap<string, ReadonlySet<number>>;
  /** Replies that break the document, as sentences with what was sent. */
  readonly findings: readonly string[];
};

/**
 * Sends calls to every operation of an OpenAPI document in turn: valid ones, ones with something odd in them, and bodies that are none. Every
 * reply must have a documented status below 500, a documented type, a request id, and fit its schema.
 */
export async function fuzzApi(target: FuzzTarget, calls: number): Promise<FuzzReport> {
  const operations = operationsOf(target.document);
  const known = createKnownThings(target.untouchable, target.random);
  const judge = createJudge(target.document);
  const statuses: Record<string, number> = {};
  const byOperation = new Map(operations.map(({ id }) => [id, new Set<number>()]));
  const findings: string[] = [];
  for (let index = 0; index < calls; index++) {
    const operation = operations[index % operations.length];
    if (operation === undefined) throw new Error("the document has no operation");
    const call = buildCall(operation, { document: target.document, random: target.random, known });
    const { status, body, faults } = await sendCall(target, call, judge);
    statuses[status] = (statuses[status] ?? 0) + 1;
    byOperation.get(operation.id)?.add(status);
    if (status === 200) known.learn({ operation: operation.id, template: operation.path, path: call.path }, body);
    findings.push(...faults.map((fault) => `${describe(call)}: ${fault}`));
  }
  return { statuses, byOperation, findings };
}

type Answer = { readonly status: number; readonly body: unknown; readonly faults: readonly string[] };
type Judge = (call: ApiCall, reply: { status: number; type: string; body: unknown; text: string }) => readonly string[];

async function sendCall({ send, origin, headers }: FuzzTarget, call: ApiCall, judge: Judge): Promise<Answer> {
  const typed = call.body === undefined ? {} : { "content-type": call.contentType, body: call.body };
  const { body: sent, ...type } = typed as { body?: string | Uint8Array<ArrayBuffer>; "content-type"?: string };
  const request = new Request(`${origin}${call.url}`, {
    method: call.operation.method,
    headers: { ...headers, ...call.headers, ...type },
    ...(sent === undefined ? {} : { body: sent }),
  });
  const reply = await send(request);
  const text = await reply.text();
  const contentType = reply.headers.get("content-type")?.split(";")[0] ?? "";
  const body = parse(text);
  const faults = judge(call, { status: reply.status, type: contentType, body, text });
  const unnamed = reply.headers.get("x-sluice-request-id") === null ? ["no request id"] : [];
  const isEndless = reply.status === 429 && !/^[1-9]\d*$/.test(reply.headers.get("retry-after") ?? "");
  return {
    status: reply.status,
    body,
    faults: [...faults, ...unnamed, ...(isEndless ? ["no time to try again"] : [])],
  };
}

/** Judges replies by the document; schemas are compiled once. */
function createJudge(document: FuzzDocument): Judge {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false, logger: false });
  ajv.addSchema(document as object, "openapi");
  const compiled = new Map<string, ValidateFunction>();
  const validatorOf = (pointer: string) => {
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
    compiled.set(pointer, known);
    return known;
  };
  return ({ operation, isMisdirected }, { status, type, body, text }) => {
    if (status >= 500) return [`status ${status} ${text.slice(0, 300)}`];
    const responses = operation.responses;
    if (responses[status] === undefined) {
      return isMisdirected && (status === 404 || status === 405)
        ? []
        : [`undocumented status ${status} ${text.slice(0, 200)}`];
    }
    if (responses[status][type] === undefined) return [`status ${status} has undocumented type ${type}`];
    const validate = validatorOf(`${responses[status][type]}`);
    return validate(body)
      ? []
      : [`status ${status} does not fit: ${ajv.errorsText(validate.errors)} ${text.slice(0, 300)}`];
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe({ operation, url, body }: ApiCall): string {
  const sent = typeof body === "string" ? body.slice(0, 300) : body === undefined ? "" : `${body.length} bytes`;
  return `${operation.id} ${operation.method} ${url.slice(0, 300)} ${sent}`;
}
