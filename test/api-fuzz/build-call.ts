import type { Random } from "../seeded-random";
import { drawValue, NOTHING, pick } from "./draw-value";
import { asSchema, type FuzzDocument, type JsonSchema, resolveSchema } from "./json-schema";
import type { KnownThings } from "./known-things";
import { spoilValue } from "./spoil-value";

type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
};

/** One operation of the document. */
export type ApiOperation = {
  readonly id: string;
  readonly method: string;
  /** As documented, with the server's path before it: `/api/v1/users/{id}`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** null: it takes none. */
  readonly body: JsonSchema | null;
  /** An input that works, with ids of nobody. */
  readonly example: unknown;
  /** JSON pointer to the schema of each documented reply, by status and media type. */
  readonly responses: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

/** One call to send. */
export type ApiCall = {
  readonly operation: ApiOperation;
  /** Path below the server's, parameters filled in: `/users/7`. */
  readonly path: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
  /** True when the path may lead elsewhere, to another operation or none. */
  readonly isMisdirected: boolean;
};

/** What building a call needs. */
export type CallScene = { readonly document: FuzzDocument; readonly random: Random; readonly known: KnownThings };

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Every operation of a document. */
export function operationsOf(document: FuzzDocument): readonly ApiOperation[] {
  const base = String(asSchema((document as { servers?: readonly unknown[] }).servers?.[0]).url ?? "").replace(
    /\/$/,
    "",
  );
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => asSchema(item)[method] !== undefined).map((method) => {
      const operation = asSchema(asSchema(item)[method]);
      const content = asSchema(asSchema(asSchema(operation.requestBody).content)["application/json"]);
      return {
        id: String(operation.operationId),
        method: method.toUpperCase(),
        path: `${base}${path}`,
        parameters: parametersOf(operation),
        body: operation.requestBody === undefined ? null : asSchema(content.schema),
        example: content.example ?? asSchema(Object.values(asSchema(content.examples))[0]).value,
        responses: responsesOf(document, operation, `/paths/${escapePointer(path)}/${method}/responses`),
      };
    }),
  );
}

function parametersOf(operation: JsonSchema): readonly Parameter[] {
  const given = Array.isArray(operation.parameters) ? operation.parameters.map(asSchema) : [];
  return given.map((parameter) => ({
    name: String(parameter.name),
    in: String(parameter.in),
    required: parameter.required === true,
    schema: asSchema(parameter.schema),
  }));
}

function responsesOf(document: FuzzDocument, operation: JsonSchema, pointer: string): ApiOperation["responses"] {
  return Object.fromEntries(
    Object.entries(asSchema(operation.responses)).map(([status, given]) => {
      const { $ref: reference } = asSchema(given);
      const at = typeof reference === "string" ? reference.slice(1) : `${pointer}/${status}`;
      const response = typeof reference === "string" ? pointed(document, at) : asSchema(given);
      const types = Object.keys(asSchema(response.content));
      return [status, Object.fromEntries(types.map((type) => [type, `${at}/content/${escapePointer(type)}/schema`]))];
    }),
  );
}

const escapePointer = (name: string) => encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));

function pointed(document: FuzzDocument, pointer: string): JsonSchema {
  return pointer
    .split("/")
    .slice(1)
    .reduce<JsonSchema>(
      (value, name) => asSchema(value[name.replaceAll("~1", "/").replaceAll("~0", "~")]),
      asSchema(document),
    );
}

/** A call of an operation: valid by the schemas, its example, something odd in it, or a body that is none. */
export function buildCall(operation: ApiOperation, scene: CallScene): ApiCall {
  const { random } = scene;
  const kind = random(10);
  const isSpoiled = kind >= 5 && kind < 9;
  const spoiled = isSpoiled ? pick(["path", "query", "body", "body", "body"], random) : null;
  const isPathSpoiled = spoiled === "path" && operation.path.includes("{");
  const { path, url } = addressOf(operation, scene, { isPathSpoiled, isQuerySpoiled: spoiled === "query" });
  const base = { operation, path, url, headers: headersOf(operation, random), isMisdirected: isPathSpoiled };
  if (operation.body === null) return { ...base, contentType: "", body: undefined };
  if (kind === 9) return { ...base, ...oddBody(random) };
  const value = bodyOf(operation, { ...scene, path, isExample: kind >= 3 && kind < 6 });
  const sent = spoiled === "body" ? spoilValue(value, random) : value;
  return { ...base, contentType: "application/json", body: JSON.stringify(sent) };
}

type Spoil = { readonly isPathSpoiled: boolean; readonly isQuerySpoiled: boolean };

function addressOf(operation: ApiOperation, scene: CallScene, spoil: Spoil): { path: string; url: string } {
  const { random } = scene;
  const draw = (parameter: Parameter, path: string) => drawnParameter(parameter, { ...scene, operation, path });
  const filled = spoil.isPathSpoiled || random(2) === 0 ? null : scene.known.findPath(operation.path);
  const path = filled ?? filledPath(operation, scene, spoil);
  const query = new URLSearchParams();
  for (const parameter of operation.parameters.filter((one) => one.in === "query")) {
    if (!parameter.required && random(3) > 0 && !spoil.isQuerySpoiled) continue;
    const value = draw(parameter, path);
    if (value !== NOTHING && value !== null) query.append(parameter.name, textOf(value));
  }
  if (spoil.isQuerySpoiled) {
    const name = pick([...query.keys(), "unknown", "__proto__"], random) ?? "unknown";
    query.set(name, textOf(spoilValue(null, random)));
    if (random(4) === 0) query.append(name, "twice");
  }
  const search = query.toString();
  return { path, url: `/api/v1${path}${search === "" ? "" : `?${search}`}` };
}

function filledPath(operation: ApiOperation, scene: CallScene, { isPathSpoiled }: Spoil): string {
  return operation.parameters
    .filter((parameter) => parameter.in === "path")
    .reduce(
      (path, parameter) => {
        const drawn = () => drawnParameter(parameter, { ...scene, operation, path });
        const value = isPathSpoiled ? spoilValue(null, scene.random) : drawn();
        return path.replace(`{${parameter.name}}`, encoded(value));
      },
      operation.path.replace(/^\/api\/v1/, ""),
    );
}

type ParameterScene = CallScene & { readonly operation: ApiOperation; readonly path: string };

function drawnParameter(parameter: Parameter, { operation, path, known, document, random }: ParameterScene): unknown {
  const find = (name: string) => known.find({ operation: operation.id, path }, name);
  return drawValue(parameter.schema, parameter.name, { document, random, known: find });
}

function bodyOf(
  { id, body, example }: ApiOperation,
  { document, random, known, path, isExample }: CallScene & { path: string; isExample: boolean },
): unknown {
  const find = (name: string) => known.find({ operation: id, path }, name);
  const schema = resolveSchema(document, body ?? {});
  if (!isExample || typeof example !== "object" || example === null)
    return drawValue(schema, "", { document, random, known: find });
  // What the example names does not exist here: known ids and versions take their place.
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => {
      if (name === "name") return [name, `${String(value)} ${random(1_000_000)}`];
      if (name === "email") return [name, `u${random(1_000_000)}@example.com`];
      const found = find(name);
      if (found === undefined) return [name, value];
      return [name, Array.isArray(value) ? [found] : found];
    }),
  );
}

function headersOf({ method }: ApiOperation, random: Random): Readonly<Record<string, string>> {
  if (method !== "POST" || random(4) > 0) return {};
  return { "idempotency-key": random(5) === 0 ? "x".repeat(300) : `fuzz-${random(500)}` };
}

/** A body that is no JSON object, or not told to be one. */
function oddBody(random: Random): { contentType: string; body: string | Uint8Array<ArrayBuffer> } {
  const json = "application/json";
  const bodies: readonly { contentType: string; body: string | Uint8Array<ArrayBuffer> }[] = [
    { contentType: json, body: "{" },
    { contentType: json, body: "" },
    { contentType: json, body: "[]" },
    { contentType: json, body: "null" },
    { contentType: json, body: '"text"' },
    { contentType: json, body: "[".repeat(20_000) },
    { contentType: json, body: `{"name":"${"x".repeat(1_200_000)}"}` },
    { contentType: json, body: '{"a":1,"a":2}' },
    { contentType: json, body: new Uint8Array([0xff, 0xfe, 0x7b, 0x7d]) },
    { contentType: "text/plain", body: "{}" },
    { contentType: "application/x-www-form-urlencoded", body: "a=1" },
    { contentType: "multipart/form-data", body: "{}" },
    { contentType: "application/json; charset=utf-16", body: "{}" },
  ];
  return bodies[random(bodies.length)] ?? { contentType: json, body: "{" };
}

/** A value as one part of a path; what no address can hold is left out. */
function encoded(value: unknown): string {
  const text = textOf(value).slice(0, 2000);
  return encodeURIComponent(text.toWellFormed()) || "%20";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value === NOTHING ? null : value);
}
