import { readWholeList } from "@/lib/read-whole-list";
import type { ListName, OperationTypes } from "@/operations/registry";
import { ROUTES } from "./routes";

/** A refusal or a fault of the API: thrown as an Error with these fields. `requestId` null: the server was not reached. */
type ApiProblem = Error & {
  readonly code: string;
  readonly status: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
  /** Of a version_conflict: what is there now; absent: not told. */
  readonly current?: unknown;
  readonly fields: readonly { path: string; code: string; params?: Readonly<Record<string, unknown>> }[];
};

/** Ends a call early; or names it by an idempotency key (1..255 printable ASCII), under which it is done once however often it is sent. */
type CallOptions = { readonly signal?: AbortSignal; readonly idempotencyKey?: string };

/** The typed client of `/api/v1`. */
export type ApiClient = {
  /** Runs an operation by name. Throws an ApiProblem; the code is `network_error` when there was no answer. */
  call<Name extends keyof OperationTypes>(
    name: Name,
    input: OperationTypes[Name]["input"],
    options?: CallOptions,
  ): Promise<OperationTypes[Name]["output"]>;
  /** Reads a list page by page and gives it whole. Throws like `call`. */
  whole<Name extends ListName>(
    name: Name,
    input: OperationTypes[Name]["input"],
    options?: CallOptions,
  ): Promise<OperationTypes[Name]["output"]>;
};

/** Makes a client. In browsers nothing is needed; elsewhere `baseUrl` is the origin and `fetch` may carry cookies. */
export function createApiClient(options: { baseUrl?: string; fetch?: typeof fetch } = {}): ApiClient {
  const send = options.fetch ?? ((...request: Parameters<typeof fetch>) => fetch(...request));
  const base = `${options.baseUrl ?? ""}/api/v1`;
  const client: ApiClient = {
    whole: (name, input, options) => readWholeList((ask) => client.call(name, { ...input, ...ask }, options)),
    async call<Name extends keyof OperationTypes>(
      name: Name,
      input: OperationTypes[Name]["input"],
      { signal, idempotencyKey }: CallOptions = {},
    ) {
      const { url, init } = toRequest(ROUTES[name], Object.entries(input));
      if (idempotencyKey !== undefined) init.headers = { ...init.headers, "idempotency-key": idempotencyKey };
      const response = await send(base + url, { ...init, ...(signal === undefined ? {} : { signal }) }).catch(
        (cause: unknown) => {
          throw signal?.aborted === true ? cause : problem("network_error", 0, {});
        },
      );
      const body: unknown = await response.json().catch(() => null);
      if (!response.ok) throw toProblem(response.status, body);
      return body as OperationTypes[Name]["output"];
    },
  };
  return client;
}

/** Fills the path's parameters; what is left goes into the query of reads and the body of everything else. */
function toRequest(route: string, input: readonly (readonly [string, unknown])[]): { url: string; init: RequestInit } {
  const [method = "GET", path = "/"] = route.split(" ");
  const given = input.filter(([, value]) => value !== undefined);
  const isInPath = (name: string) => path.includes(`{${name}}`);
  const url = given.reduce((text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(String(value))), path);
  const rest = given.filter(([name]) => !isInPath(name));
  if (method === "GET") {
    const query = new URLSearchParams(rest.map(([name, value]) => [name, String(value)])).toString();
    return { url: query === "" ? url : `${url}?${query}`, init: { method } };
  }
  const headers = { "content-type": "application/json" };
  return { url, init: { method, headers, body: JSON.stringify(Object.fromEntries(rest)) } };
}

function toProblem(status: number, body: unknown): ApiProblem {
  const given = typeof body === "object" && body !== null ? (body as Partial<ApiProblem>) : {};
  return problem(typeof given.code === "string" ? given.code : "internal_error", status, given);
}

function problem(code: string, status: number, given: Partial<ApiProblem>): ApiProblem {
  return Object.assign(new Error(code), {
    code,
    status,
    params: given.params ?? {},
    requestId: given.requestId ?? null,
    fields: given.fields ?? [],
    ...(given.current === undefined ? {} : { current: given.current }),
  });
}
