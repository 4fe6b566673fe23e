import type { z } from "zod";
import { AppError } from "@/core/errors";
import { readJson } from "@/lib/read-json";
import type { Operation } from "@/operations/operation";

/** Largest body of the admin API, bytes (reliability-and-security.md 3.2); an operation may say another. */
const MAX_BYTES = 1024 * 1024;

/** A request as an operation's input, not validated yet: path parameters, and the query of reads or the JSON body of everything else. */
export async function readInput(
  request: Request,
  operation: Operation,
  params: Readonly<Record<string, string>>,
): Promise<unknown> {
  const kinds = kindsOf(operation.input);
  const inPath = mapValues(params, (text, name) => fromText(text, kinds.get(name)));
  if (operation.method === "GET") {
    const query = Object.fromEntries(new URL(request.url).searchParams);
    return { ...mapValues(query, (text, name) => fromText(text, kinds.get(name))), ...inPath };
  }
  const body = await readBody(request, operation.maxBodyBytes ?? MAX_BYTES);
  const twice = Object.keys(params).filter((name) => Object.hasOwn(body, name));
  if (twice.length > 0) {
    const fields = twice.map((path) => ({ path, code: "unknown_field" }));
    throw new AppError("validation_failed", {}, { fields });
  }
  return { ...body, ...inPath };
}

async function readBody(request: Request, maxBytes: number): Promise<object> {
  const body = await readJson(request, maxBytes);
  if (body.kind === "too_large") throw new AppError("request_too_large", { maxBytes });
  if (body.kind === "malformed") throw new AppError("malformed_json");
  if (body.kind === "empty") return {};
  if (typeof body.value === "object" && body.value !== null && !Array.isArray(body.value)) return body.value;
  throw new AppError("validation_failed", {}, { fields: [{ path: "", code: "invalid" }] });
}

type Kind = "number" | "boolean" | "text";

/** What paths and queries carry as text is a number or a boolean where the schema says so. */
function kindsOf(input: z.ZodType): ReadonlyMap<string, Kind> {
  const { def } = input._zod;
  const shape = def.type === "object" ? (def as z.core.$ZodObjectDef).shape : {};
  return new Map(Object.entries(shape).map(([name, field]) => [name, kindOf(field)]));
}

function kindOf(schema: z.core.$ZodType): Kind {
  const { def } = schema._zod;
  if ("innerType" in def) return kindOf(def.innerType as z.core.$ZodType);
  if (def.type === "union") return kindOfUnion((def as z.core.$ZodUnionDef).options);
  if (def.type === "pipe") return kindOf((def as z.core.$ZodPipeDef).in);
  return def.type === "number" || def.type === "boolean" ? def.type : "text";
}

/** A number, when one of the choices is one. */
function kindOfUnion(options: readonly z.core.$ZodType[]): Kind {
  return options.some((option) => kindOf(option) === "number") ? "number" : "text";
}

/** Text that does not look like what is wanted stays text, which the schema then refuses. */
function fromText(text: string, kind: Kind | undefined): unknown {
  if (kind === "number" && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function mapValues(
  values: Readonly<Record<string, string>>,
  map: (text: string, name: string) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, map(text, name)]));
}
