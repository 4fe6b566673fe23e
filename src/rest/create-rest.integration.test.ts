import { buildLiveChannel } from "@test/build-live-channel";
import { buildOperations, TEST_PASSWORD, type TestOperations } from "@test/build-operations";
import { fakeClock } from "@test/fake-clock";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiClient } from "@/api-client/api-client";
import { createLiveFeed } from "@/core/channels/live-feed";
import { AppError } from "@/core/errors";
import { OPERATIONS } from "@/operations/registry";
import { createRest } from "./create-rest";
import { openApiDocument } from "./openapi-document";

let operations: TestOperations;
let rest: (request: Request) => Promise<Response>;
let cookie = "";
const liveRows = [buildLiveChannel({ channelId: 4, inFlight: 2 }), buildLiveChannel({ channelId: 5 })];
const liveChannels = createLiveFeed({
  clock: fakeClock(),
  name: "a",
  read: async () => ({ asOf: 0, stale: false, source: "shared", rows: liveRows }),
});
const ORIGIN = "http://localhost:3000";
const HEADERS = { host: "localhost:3000", origin: ORIGIN };

beforeAll(async () => {
  operations = await buildOperations({ live: liveRows });
  rest = createRest({
    operations: OPERATIONS,
    run: operations.run,
    currentAccount: operations.accounts.current,
    publicUrl: () => null,
    openApiDocument: async () => openApiDocument({ operations: OPERATIONS, examples: {}, version: "0.0.0" }),
    liveChannels,
    newRequestId: () => "req_1",
    reportFault: (error) => operations.faults.push(error),
  });
  await operations.signUp("admin", "admin");
  cookie = await cookieOf("admin");
});

async function cookieOf(name: string): Promise<string> {
  const reply = await operations.accounts.handle(
    new Request(`${ORIGIN}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { ...HEADERS, "content-type": "application/json" },
      body: JSON.stringify({ email: `${name}@example.com`, password: TEST_PASSWORD }),
    }),
  );
  return reply.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}
afterAll(() => operations.database.drop());

type Given = { method?: string; headers?: Record<string, string>; body?: string; type?: string };
function ask(path: string, { method = "GET", headers = {}, body, type = "application/json" }: Given = {}) {
  const typed = body === undefined ? {} : { "content-type": type };
  const init = {
    method,
    headers: { ...HEADERS, cookie, ...typed, ...headers },
    ...(body === undefined ? {} : { body }),
  };
  return rest(new Request(`${ORIGIN}/api/v1${path}`, init));
}
const post = (path: string, body: unknown, given: Given = {}) =>
  ask(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), ...given });

/** The typed client against the handler. */
const client = () =>
  createApiClient({
    baseUrl: ORIGIN,
    fetch: (url, init) =>
      rest(new Request(String(url), { ...init, headers: { ...init?.headers, ...HEADERS, cookie } })),
  });

describe("the admin API", () => {
  test("the typed client writes and reads through it", async () => {
    const { call } = client();
    const user = await call("users.create", { name: "someone" });
    expect(await call("users.get", { id: user.id })).toEqual(user);
    expect((await call("users.list", { q: "someone", enabled: true })).items).toEqual([user]);
    const changed = await call("users.update", { id: user.id, version: 1, enabled: false });
    expect(changed).toMatchObject({ version: 2, enabled: false });
    await expect(call("users.update", { id: user.id, version: 1, name: "x" })).rejects.toMatchObject({
      code: "version_conflict",
      status: 409,
      requestId: "req_1",
    });
    expect(await call("users.delete", { id: user.id })).toEqual({ id: user.id });
  });

  test("the typed client names the limits of a subject and target in the path", async () => {
    const { call } = client();
    const { id } = await call("users.create", { name: "limited" });
    const target = (await call("modelGroups.create", { name: "frontier", models: [] })).id;
    for (const place of [
      { kind: "user" as const, id, target: "global" as const },
      { kind: "user" as const, id, target },
    ]) {
      const { version } = await call("limits.get", place);
      const values = { usd: { daily: { state: "limit" as const, amount: "5" } } };
      const after = await call("limits.put", { ...place, version, values });
      expect([after.target, after.values.usd.daily]).toEqual([place.target, values.usd.daily]);
      expect((await call("limits.list", { kind: "user", subjectId: id, target: place.target })).items).toHaveLength(1);
      await call("limits.restartTotal", { ...place, units: ["usd"] });
    }
  });

  test("a reply is private and tells the config version of a write", async () => {
    const reply = await post("/users", { name: "headers" });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("cache-control")).toBe("private, no-store");
    expect(Number(reply.headers.get("x-sluice-config-version"))).toBeGreaterThan(0);
    expect(reply.headers.get("access-control-allow-origin")).toBeNull();
    expect((await ask("/users")).headers.get("x-sluice-config-version")).toBeNull();
  });

  test("a refusal is problem+json with code, parameters, request id and every wrong field", async () => {
    const reply = await post("/channels", { name: "", protocols: [], baseUrl: "ftp://x", models: [], owner: 1 });
    expect([reply.status, reply.headers.get("content-type")]).toEqual([422, "application/problem+json"]);
    const body = (await reply.json()) as { fields: { path: string; code: string }[] };
    expect(body).toMatchObject({
      type: "urn:sluice:error:validation_failed",
      title: "validation_failed",
      status: 422,
      code: "validation_failed",
      params: {},
      requestId: "req_1",
    });
    expect(body.fields.map(({ path, code }) => `${path}: ${code}`).sort()).toEqual([
      "baseUrl: base_url_invalid",
      "credential: credential_required",
      "models: models_required",
      "name: name_required",
      "owner: unknown_field",
      "protocols: protocols_required",
    ]);
  });

  test("a fault tells its request id alone and is reported", async () => {
    const broken = createRest({
      operations: OPERATIONS,
      run: async () => Promise.reject(new TypeError("secret detail")),
      currentAccount: async () => null,
      openApiDocument: async () => openApiDocument({ operations: OPERATIONS, examples: {}, version: "0.0.0" }),
      publicUrl: () => null,
      liveChannels,
      newRequestId: () => "req_7",
      reportFault: (error, requestId) => operations.faults.push(new AppError(error.code, { requestId })),
    });
    const reply = await broken(new Request(`${ORIGIN}/api/v1/viewer`, { headers: HEADERS }));
    expect(reply.status).toBe(500);
    expect(await reply.text()).not.toContain("secret");
    expect(operations.faults.at(-1)?.params).toEqual({ requestId: "req_7" });
  });
});

describe("the live board", () => {
  test("is one reading, or a stream for who asks for one", async () => {
    const plain = await ask("/channels/live?ids=4");
    expect(await plain.json()).toMatchObject({ stale: false, rows: [{ channelId: 4, inFlight: 2, queueSize: 2 }] });
    const stream = await ask("/channels/live", { headers: { accept: "text/event-stream" } });
    expect(stream.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('event: snapshot\nid: a-1\ndata: {"asOf"');
    await reader.cancel();
  });

  test("is refused like any read, as a stream too", async () => {
    const headers = { accept: "text/event-stream" };
    const bad = await ask("/channels/live?ids=4,x", { headers });
    expect(bad.status).toBe(422);
    expect((await bad.json()).fields).toEqual([expect.objectContaining({ path: "ids", code: "invalid" })]);
    expect((await ask("/channels/live", { headers: { ...headers, cookie: "" } })).status).toBe(401);
    await operations.signUp("user", "reader");
    const user = await cookieOf("reader");
    for (const given of [{}, headers]) {
      const refused = await ask("/channels/live", { headers: { ...given, cookie: user } });
      expect([refused.status, await refused.json()]).toEqual([403, expect.objectContaining({ code: "forbidden" })]);
    }
  });
});

describe("bad input", () => {
  const cases: [string, () => Promise<Response>, number, string][] = [
    ["JSON that is none", () => post("/users", "{"), 400, "malformed_json"],
    ["a body of another type", () => post("/users", "{}", { type: "text/plain" }), 400, "malformed_json"],
    ["an array", () => post("/users", "[]"), 422, "validation_failed"],
    ["no body", () => ask("/users", { method: "POST" }), 422, "validation_failed"],
    ["a body of over a mebibyte", () => post("/users", { name: "x".repeat(1024 * 1024) }), 413, "request_too_large"],
    ["an id in the body too", () => ask("/users/1", { method: "PATCH", body: '{"id":2}' }), 422, "validation_failed"],
    ["an id that is no number", () => ask("/users/abc"), 422, "validation_failed"],
    ["an id of nobody", () => ask("/users/999999"), 404, "not_found"],
    ["a query field nobody knows", () => ask("/users?sort=1"), 422, "validation_failed"],
    ["a bad cursor", () => ask("/requests?cursor=x"), 400, "cursor_invalid"],
    ["a bad limit", () => ask("/requests?limit=0"), 422, "validation_failed"],
    ["a path nobody knows", () => ask("/nothing"), 404, "not_found"],
    ["a method nobody takes", () => ask("/users", { method: "DELETE" }), 405, "method_not_allowed"],
    ["a prototype", () => post("/users", '{"name":"p","__proto__":{"role":"admin"}}'), 422, "validation_failed"],
    ["a bad setup token", () => post("/setup/unlock", { token: "x" }), 401, "setup_token_invalid"],
  ];
  test.each(cases)("%s is answered with its code", async (...[, send, status, code]) => {
    const reply = await send();
    expect([reply.status, await reply.json()]).toEqual([status, expect.objectContaining({ code, status })]);
  });

  test("a refused method names the ones that are taken", async () => {
    expect((await ask("/users", { method: "PUT" })).headers.get("allow")).toBe("GET, POST");
  });
});

describe("who may ask", () => {
  test("without a sign-in everything but the wizard is unauthenticated", async () => {
    const reply = await ask("/users", { headers: { cookie: "" } });
    expect([reply.status, await reply.json()]).toEqual([401, expect.objectContaining({ code: "unauthenticated" })]);
    expect((await ask("/setup/state", { headers: { cookie: "" } })).status).toBe(200);
  });

  test.each<[string, Record<string, string>, number]>([
    ["another site", { origin: "https://evil.example" }, 403],
    ["another site, as the browser says", { "sec-fetch-site": "cross-site" }, 403],
    ["nowhere", { origin: "" }, 403],
    ["a host name that was rebound", { host: "evil.example", origin: "http://evil.example" }, 421],
  ])("a state change from %s is refused", async (...[, headers, status]) => {
    const before = (await operations.ports.users.list({})).length;
    expect((await post("/users", { name: "csrf" }, { headers })).status).toBe(status);
    expect((await operations.ports.users.list({})).length).toBe(before);
  });

  test("reads need no origin but a host of ours", async () => {
    expect((await ask("/users", { headers: { origin: "https://evil.example" } })).status).toBe(200);
    expect((await ask("/users", { headers: { host: "evil.example" } })).status).toBe(421);
  });

  test("a gateway key opens nothing here", async () => {
    const headers = { cookie: "", authorization: `Bearer sk-sluice-${"a".repeat(43)}` };
    expect((await ask("/users", { headers })).status).toBe(401);
  });
});
