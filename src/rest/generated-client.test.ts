import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import { beforeAll, expect, test } from "vitest";
import { OPERATIONS } from "@/operations/registry";
import { openApiDocument } from "./openapi-document";

// What people make from the document with openapi-typescript, and its options as they are, must compile and must be strict.
const CLIENT = `
import type { paths } from "./api";

type Method = "get" | "post" | "put" | "patch" | "delete";
type PathOf<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never }[keyof paths];
type OperationAt<P extends keyof paths, M extends Method> = Extract<paths[P][M & keyof paths[P]], { responses: unknown }>;
type Parameters<O, In extends string> = O extends { parameters: Partial<Record<In, infer Given>> } ? Given : undefined;
type Body<O> = O extends { requestBody: { content: { "application/json": infer Given } } } ? Given : undefined;
type Reply<O> = O extends { responses: { 200: { content: { "application/json": infer Given } } } } ? Given : never;
type Ask<O> = { path?: Parameters<O, "path">; query?: Parameters<O, "query">; body?: Body<O> };

export declare function call<M extends Method, P extends PathOf<M>>(method: M, path: P, ask: Ask<OperationAt<P, M>>): Promise<Reply<OperationAt<P, M>>>;
`;

const IMPORTS = `
import type { components, operations } from "./api";
import { call } from "./call";
`;

const CALLS = `
const created = await call("post", "/users", { body: { name: "ada" } });
const id: number = created.id;
const role: "admin" | "user" = created.role;
const list = await call("get", "/limits", { query: { kind: "user", subjectId: id, target: "global", limit: 200 } });
const amounts: (string | null)[] = list.items.map((item) => item.amount);
const cell = await call("get", "/limits/{kind}/{id}/{target}", { path: { kind: "user", id, target: 2 } });
const daily: components["schemas"]["LimitValue"] = cell.values.usd.daily;
const amount: string | null = daily.state === "limit" ? daily.amount : null;
await call("put", "/limits/{kind}/{id}/{target}", {
  path: { kind: "user", id, target: "global" },
  body: { version: cell.version, values: { usd: { daily: { state: "limit", amount: "5" }, total: { state: "unlimited" } } } },
});
const channel: components["schemas"]["Channel"] = await call("post", "/channels", {
  body: {
    name: "openai-main",
    protocols: ["openai-chat"],
    baseUrl: "https://api.openai.com/v1",
    models: ["gpt-4o"],
    credential: "sk-1",
    limiter: { mode: "queue", capacity: 8, queueSize: 20, queueTimeoutMs: 30_000 },
  },
});
const secret: string = (await call("post", "/keys", { body: { userId: id, name: "laptop" } })).secret;
type Conflict = operations["users.update"]["responses"][409]["content"]["application/problem+json"];
const told = (problem: Conflict): "version_conflict" | "name_taken" | "email_taken" | "last_admin" => problem.code;
const where = (problem: components["schemas"]["Problem"]): string[] => (problem.fields ?? []).map((field) => field.path);
export { role, amounts, amount, channel, secret, told, where };
`;

const WRONG: readonly (readonly [fault: string, call: string])[] = [
  ["a path that there is not", 'await call("get", "/teams", {});'],
  ["a method that a path has not", 'await call("delete", "/users", {});'],
  ["a body without a field that is needed", 'await call("post", "/keys", { body: { name: "laptop" } });'],
  ["a field that there is not", 'await call("post", "/users", { body: { name: "ada", colour: "red" } });'],
  ["a query of the wrong kind", 'await call("get", "/limits", { query: { limit: "all" } });'],
  ["a path of the wrong kind", 'await call("get", "/users/{id}", { path: { id: "ada" } });'],
  [
    "a reply taken for something else",
    'const id: string = (await call("get", "/users/{id}", { path: { id: 1 } })).id;',
  ],
  ["a problem that cannot be", 'const code: operations["users.get"]["responses"][409] = null as never;'],
];

let faults: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  const document = openApiDocument({ operations: OPERATIONS, examples: {}, version: "1.2.3" });
  const types = astToString(await openapiTS(JSON.stringify(document), { silent: true }));
  const program = [
    ["api", types],
    ["call", CLIENT],
    ["right", IMPORTS + CALLS],
    ...WRONG.map(([name, call]) => [name, `${IMPORTS}${call}\nexport type { components };`]),
  ] as const;
  faults = faultsOf(new Map(program.map(([name = "", text = ""]) => [`/client/${name}.ts`, text])));
}, 120_000);

/** What the compiler says of each file of a program. */
function faultsOf(files: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: [],
    lib: ["lib.es2022.d.ts"],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || ts.sys.fileExists(name);
  host.readFile = (name) => files.get(name) ?? ts.sys.readFile(name);
  host.directoryExists = () => true;
  host.getSourceFile = (name, target) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile.call(host, name, target) : ts.createSourceFile(name, text, target);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  const found = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => ({
    name: file?.fileName.slice("/client/".length, -".ts".length) ?? "program",
    text: ts.flattenDiagnosticMessageText(messageText, "\n"),
  }));
  return new Map(
    [...Map.groupBy(found, ({ name }) => name)].map(([name, some]) => [name, some.map(({ text }) => text)]),
  );
}

test("a client generated from the document compiles, and calls are typed from path to problem", () => {
  const wrong = new Set(WRONG.map(([fault]) => fault));
  expect([...faults].filter(([name]) => !wrong.has(name))).toEqual([]);
});

test.each(WRONG)("%s does not compile", (fault) => {
  expect(faults.get(fault)).toHaveLength(1);
});
