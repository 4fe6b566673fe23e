import { ANONYMOUS, buildOperations, type TestOperations } from "@test/build-operations";
import { buildRest, type TestRest } from "@test/build-rest";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import { CLIENT_ADDRESS_HEADER } from "@/lib/client-address";
import type { Actor, Scope } from "@/operations/operation";
import { OPERATIONS, type OperationTypes } from "@/operations/registry";
import { createRunOperation } from "@/operations/run-operation";
import { operationStores } from "@/stores/postgres/operation-stores";

type Headed = Record<string, string>;
let operations: TestOperations;
let rest: TestRest;
let admin: Actor;
const callers: Record<string, Headed> = {};
let count = 0;
const tokens = new Map<string, Headed>();

/** What refuses a caller; any other answer, of a wrong input too, was given to somebody who was let in. */
const REFUSALS = new Set([
  ...["unauthenticated", "forbidden", "credential_conflict", "key_not_accepted", "cross_origin", "host_not_allowed"],
  ...["access_token_invalid", "access_token_expired", "access_token_revoked", "access_token_suspended"],
]);

async function run<Name extends keyof OperationTypes>(name: Name, input: OperationTypes[Name]["input"], actor = admin) {
  return (await operations.run(name, input, actor)).output as OperationTypes[Name]["output"];
}

const bearer = (secret: string): Headed => ({ authorization: `Bearer ${secret}` });

async function newToken(scopes: Scope[], given: { actor?: Actor; expiresAt?: string } = {}) {
  const { actor = admin, ...rest } = given;
  return run("accessTokens.create", { name: `token ${++count}`, scopes, ...rest }, actor);
}

async function tokenOf(scope: Scope): Promise<Headed> {
  const headers = tokens.get(scope) ?? bearer((await newToken([scope])).secret);
  tokens.set(scope, headers);
  return headers;
}

const NOWHERE: Readonly<Record<string, string>> = { kind: "user", target: "global" };
const pathOf = (path: string) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => NOWHERE[name] ?? "999999999");

let asked = 0;
/** Each call comes from an address of its own: tokens that have ended count as guesses, and a hundred of them close an address. */
const fromElsewhere = () => ({ [CLIENT_ADDRESS_HEADER]: `10.0.${++asked >> 8}.${asked & 255}` });

async function verdictOf({ method, path }: { method: string; path: string }, headers: Headed): Promise<string> {
  const { body } = await rest.ask({ method, path: pathOf(path), headers: { ...headers, ...fromElsewhere() } });
  const code = String(body.code);
  return REFUSALS.has(code) ? code : "in";
}

/** The verdicts of one caller on every operation. */
async function verdictsOf(headers: Headed): Promise<Record<string, string>> {
  const verdicts: Record<string, string> = {};
  for (const operation of OPERATIONS) verdicts[operation.name] = await verdictOf(operation, headers);
  return verdicts;
}

/** What a role matrix says of one caller, in words of the specification, not of the code. */
const expected = (rule: (permission: string | null) => string) =>
  Object.fromEntries(OPERATIONS.map(({ name, permission }) => [name, rule(permission)]));

const isPersonal = (permission: string) => /^(me:|setup$|access-tokens:)/.test(permission);

/** Rows: callers. Columns: an open operation, one's own data read or written, another area read or written, what is a person's alone. */
const MATRIX: Record<string, (permission: string | null) => string> = {
  anonymous: (permission) => (permission === null ? "in" : "unauthenticated"),
  user: (permission) => (permission === null || permission.startsWith("me:") ? "in" : "forbidden"),
  "key holder": (permission) => (permission === null || permission === "me:read" ? "in" : "forbidden"),
  admin: () => "in",
  "read token": (permission) =>
    permission === null || (permission.endsWith(":read") && !isPersonal(permission)) ? "in" : "forbidden",
  "write token": (permission) => (permission === null || !isPersonal(permission) ? "in" : "forbidden"),
  "key as bearer": () => "key_not_accepted",
  "key as x-api-key": () => "key_not_accepted",
  "unknown token": () => "access_token_invalid",
  "expired token": () => "access_token_expired",
  "revoked token": () => "access_token_revoked",
  "token of a former admin": () => "access_token_suspended",
  "token of a disabled admin": () => "access_token_suspended",
  "token and cookie": () => "credential_conflict",
  "two tokens": () => "access_token_invalid",
};

beforeAll(async () => {
  operations = await buildOperations();
  rest = buildRest(operations);
  admin = await operations.signUp("admin", "admin");
  const user = await operations.signUp("user", "user");
  const former = await operations.signUp("admin", "former");
  const disabled = await operations.signUp("admin", "disabled");
  const key = (await run("keys.create", { userId: user.userId, name: "key" })).secret;
  const soon = new Date(operations.clock.now() + 1000).toISOString();
  const expired = await newToken(["write"], { expiresAt: soon });
  callers.anonymous = { origin: "http://localhost:3000" };
  callers.user = await rest.browserOf("user");
  callers["key holder"] = await rest.keyHolder(key);
  callers.admin = await rest.browserOf("admin");
  callers["read token"] = await tokenOf("read");
  callers["write token"] = await tokenOf("write");
  callers["key as bearer"] = bearer(key);
  callers["key as x-api-key"] = { "x-api-key": key };
  callers["unknown token"] = bearer("at-sluice-");
  callers["expired token"] = bearer(expired.secret);
  const revoked = await newToken(["read", "write"]);
  callers["revoked token"] = bearer(revoked.secret);
  callers["token of a former admin"] = bearer((await newToken(["write"], { actor: former })).secret);
  callers["token of a disabled admin"] = bearer((await newToken(["write"], { actor: disabled })).secret);
  callers["token and cookie"] = { ...callers["write token"], ...callers.admin };
  callers["two tokens"] = bearer(`${expired.secret}, Bearer ${revoked.secret}`);
  operations.clock.advance(1000);
  await run("accessTokens.revoke", { id: revoked.accessToken.id });
  await operations.ports.users.update(former.userId, { role: "user" });
  await operations.ports.users.update(disabled.userId, { enabled: false });
});
afterAll(() => operations.database.drop());

describe("the role matrix (reliability-and-security.md SEC3)", () => {
  test.each(Object.keys(MATRIX))(
    "%s is let in to exactly what is theirs",
    async (name) => {
      expect(await verdictsOf(callers[name] ?? {})).toEqual(expected(MATRIX[name] ?? String));
      expect(operations.faults).toEqual([]);
    },
    120_000,
  );

  const guarded = OPERATIONS.flatMap(({ permission, ...operation }) =>
    permission === null ? [] : [{ ...operation, permission }],
  );

  test("a token of one area opens that area alone, and writing it includes reading it", async () => {
    const verdicts: Record<string, readonly string[]> = {};
    const wanted: Record<string, readonly string[]> = {};
    for (const operation of guarded.filter(({ permission }) => !isPersonal(permission))) {
      const [area = "", verb] = operation.permission.split(":");
      const other = area === "channels" ? ("users:write" as const) : ("channels:write" as const);
      const scopes = [`${area}:read` as Scope, operation.permission as Scope, other];
      const given: string[] = [];
      for (const scope of scopes) given.push(await verdictOf(operation, await tokenOf(scope)));
      verdicts[operation.name] = given;
      wanted[operation.name] = [verb === "read" ? "in" : "forbidden", "in", "forbidden"];
    }
    expect(verdicts).toEqual(wanted);
    const writing = guarded.filter(({ permission }) => permission === "keys:read");
    for (const operation of writing) expect(await verdictOf(operation, await tokenOf("keys:write"))).toBe("in");
  }, 120_000);

  test("a refusal names the permission that is missing", async () => {
    for (const { method, path, permission } of guarded.filter((operation) => isPersonal(operation.permission))) {
      const { status, body } = await rest.ask({ method, path: pathOf(path), headers: await tokenOf("write") });
      expect([status, body.code, body.params]).toEqual([403, "forbidden", { permission }]);
    }
  });

  test("no refused call has left an audit row", async () => {
    const before = (await operations.audit()).length;
    for (const name of ["user", "key holder", "read token", "revoked token"]) {
      for (const { method, path, permission } of guarded.filter((operation) => operation.method !== "GET")) {
        if (name === "user" && permission.startsWith("me:")) continue;
        await rest.ask({ method, path: pathOf(path), headers: { ...callers[name], ...fromElsewhere() } });
      }
    }
    expect((await operations.audit()).length).toBe(before);
  }, 60_000);
});

test("no GET operation writes: each runs in a transaction that could not", async () => {
  const undo = new Error("undo");
  const faults: string[] = [];
  const reads = OPERATIONS.filter(({ method }) => method === "GET");
  for (const { name, path } of reads) {
    const ids = [...path.matchAll(/\{(\w+)\}/g)].map(([, field = ""]) => [field, NOWHERE[field] ?? 999_999_999]);
    const work = operations.database.transaction(async (tx) => {
      await tx.execute(sql`set transaction read only`);
      const ports = { ...operations.ports, ...operationStores(tx, operations.database) };
      const transact = async () => Promise.reject(new Error("a read asked for a transaction"));
      const runRead = createRunOperation({ operations: OPERATIONS, ports, transact, clock: operations.clock });
      await runRead(name, Object.fromEntries(ids), name === "setup.state" ? ANONYMOUS : admin).catch(
        ({ code, status }: AppError) => status >= 500 && faults.push(`${name}: ${code}`),
      );
      throw undo;
    });
    await work.catch((error: unknown) => expect([error, (error as Error).cause]).toContain(undo));
  }
  expect(reads.length).toBeGreaterThan(30);
  expect(faults).toEqual([]);
});
