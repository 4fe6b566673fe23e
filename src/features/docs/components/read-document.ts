import type {
  OpenApiDocument,
  OpenApiMedia,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiSchema,
} from "./openapi-document";

/** The methods of operations, in the order in which a path shows them. */
export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
/** One of the methods of operations. */
export type Method = (typeof METHODS)[number];

/** One parameter of an operation; `example` as it would be typed, empty for none. */
export type DocsParameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly isRequired: boolean;
  readonly description: string;
  readonly schema: OpenApiSchema;
  readonly example: string;
};

/** A body: its schema and an example; undefined: it has none. */
export type DocsBody = { readonly schema: OpenApiSchema; readonly example: unknown };

/** The codes of refusals under one status. */
export type DocsRefusals = { readonly status: string; readonly description: string; readonly codes: readonly string[] };

/** One operation as the pages show it. */
export type DocsOperation = {
  /** `channels.create`; also its anchor. */
  readonly id: string;
  readonly method: Method;
  /** With the server's base: `/api/v1/channels/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly permission: string | null;
  /** Nobody needs to be known to call it. */
  readonly isOpen: boolean;
  readonly parameters: readonly DocsParameter[];
  readonly body: DocsBody | null;
  /** Status of a reply that went well; its body, null without one. */
  readonly replyStatus: string;
  readonly reply: DocsBody | null;
  /** Also answers as server-sent events. */
  readonly isStream: boolean;
  readonly refusals: readonly DocsRefusals[];
};

/** The operations on one noun. */
export type DocsNoun = {
  /** Its part of the URL. */
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly operations: readonly DocsOperation[];
};

/** The whole document as the pages show it. */
export type Docs = {
  readonly title: string;
  readonly version: string;
  /** Path of the API: `/api/v1`. */
  readonly basePath: string;
  readonly nouns: readonly DocsNoun[];
  readonly schemas: Readonly<Record<string, OpenApiSchema>>;
};

/** Reads an OpenAPI 3.1 document: nouns in the order of its tags, operations in the order of its paths. Tags without operations are left out. */
export function readDocument(document: OpenApiDocument): Docs {
  const base = (document.servers?.[0]?.url ?? "/").replace(/\/$/, "");
  const found = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const given = item[method.toLowerCase()] as OpenApiOperation | undefined;
      return given === undefined
        ? []
        : [{ tag: given.tags?.[0] ?? "", operation: toOperation(document, base, { path, method, given }) }];
    }),
  );
  const described = new Map((document.tags ?? []).map(({ name, description }) => [name, description ?? ""]));
  const names = [...new Set([...described.keys(), ...found.map(({ tag }) => tag)])];
  const nouns = names.map((name) => ({
    slug: slugOf(name),
    name: wordsOf(name),
    description: described.get(name) ?? "",
    operations: found.filter(({ tag }) => tag === name).map(({ operation }) => operation),
  }));
  return {
    title: document.info.title,
    version: document.info.version,
    basePath: base,
    nouns: nouns.filter(({ operations }) => operations.length > 0),
    schemas: document.components?.schemas ?? {},
  };
}

/** `userGroups` -> `user groups` */
function wordsOf(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
}

/** `userGroups` -> `user-groups` */
function slugOf(name: string): string {
  return wordsOf(name).replaceAll(/[^a-z0-9]+/g, "-");
}

type Found = { readonly path: string; readonly method: Method; readonly given: OpenApiOperation };

function toOperation(document: OpenApiDocument, base: string, { path, method, given }: Found): DocsOperation {
  const responses = Object.entries(given.responses ?? {}).map(
    ([status, response]) => [status, resolve(response, document.components?.responses)] as const,
  );
  const [replyStatus, reply] = responses.find(([status]) => status.startsWith("2")) ?? ["200", {}];
  return {
    id: given.operationId ?? `${method} ${path}`,
    method,
    path: base + path,
    summary: given.summary ?? "",
    description: given.description ?? "",
    permission: given["x-sluice-permission"] ?? null,
    isOpen: given.security?.length === 0,
    parameters: (given.parameters ?? []).flatMap((each) => toParameter(resolve(each, document.components?.parameters))),
    body: bodyOf(given.requestBody?.content?.["application/json"]),
    replyStatus,
    reply: bodyOf(reply.content?.["application/json"]),
    isStream: reply.content?.["text/event-stream"] !== undefined,
    refusals: responses
      .filter(([status]) => !status.startsWith("2"))
      .map(([status, response]) => ({
        status,
        description: response.description ?? "",
        codes: response["x-sluice-codes"] ?? [],
      })),
  };
}

function resolve<Part extends { readonly $ref?: string }>(
  part: Part,
  components: Readonly<Record<string, Part>> | undefined,
): Part {
  const name = part.$ref?.split("/").at(-1);
  return name === undefined ? part : (components?.[name] ?? part);
}

function toParameter(given: OpenApiParameter): readonly DocsParameter[] {
  if (given.in !== "path" && given.in !== "query" && given.in !== "header") return [];
  const example = exampleOf(given) ?? given.schema?.examples?.[0];
  return [
    {
      name: given.name,
      in: given.in,
      isRequired: given.required ?? false,
      description: given.description ?? given.schema?.description ?? "",
      schema: given.schema ?? {},
      example: example === undefined || example === null ? "" : String(example),
    },
  ];
}

function bodyOf(media: OpenApiMedia | undefined): DocsBody | null {
  if (media?.schema === undefined) return null;
  return { schema: media.schema, example: exampleOf(media) ?? media.schema.examples?.[0] };
}

function exampleOf({ example, examples }: Pick<OpenApiMedia, "example" | "examples">): unknown {
  return example ?? Object.values(examples ?? {})[0]?.value;
}

/** Whether calling an operation may change something: reads by another method than GET need no more than a reading permission. */
export function mayChange({ method, permission }: Pick<DocsOperation, "method" | "permission">): boolean {
  return method !== "GET" && !(permission ?? "").endsWith(":read");
}
