import { buildOperations, TEST_PASSWORD, type TestOperations } from "@test/build-operations";
import {
  CHANNEL_FAULTS,
  CHANNEL_NUMBERS,
  type Fields,
  faultsOfNumber,
  SOUND_CHANNEL,
  TWO_FAULTS,
  triedNumbers,
} from "@test/channel-faults";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPERATIONS } from "@/operations/registry";
import { createRest } from "./create-rest";
import { openApiDocument } from "./openapi-document";

// Every code of a channel's fields over REST, when it is made and when it is changed (channels-and-rates.md 1.1, test 22).
const ORIGIN = "http://localhost:3000";
const HEADERS = { host: "localhost:3000", origin: ORIGIN, "content-type": "application/json" };

let operations: TestOperations;
let rest: (request: Request) => Promise<Response>;
let cookie = "";
let saved: { id: number; version: number };
let made = 0;

beforeAll(async () => {
  operations = await buildOperations();
  rest = createRest({
    operations: OPERATIONS,
    run: operations.run,
    currentAccount: operations.accounts.current,
    publicUrl: () => null,
    openApiDocument: async () => openApiDocument({ operations: OPERATIONS, examples: {}, version: "0.0.0" }),
    liveChannels: { open: () => ({ close() {} }) } as never,
    newRequestId: () => "req_1",
    reportFault: (error) => operations.faults.push(error),
  });
  await operations.signUp("admin", "admin");
  const body = JSON.stringify({ email: "admin@example.com", password: TEST_PASSWORD });
  const init = { method: "POST", headers: HEADERS, body };
  const reply = await operations.accounts.handle(new Request(`${ORIGIN}/api/auth/sign-in/email`, init));
  cookie = reply.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const created = await send("POST", "/channels", { ...SOUND_CHANNEL, name: "taken" });
  saved = (await created.json()) as typeof saved;
});
afterAll(() => operations.database.drop());

const send = (method: string, path: string, body: Fields) =>
  rest(new Request(`${ORIGIN}/api/v1${path}`, { method, headers: { ...HEADERS, cookie }, body: JSON.stringify(body) }));

type Problem = { readonly code: string; readonly fields?: readonly { readonly path: string; readonly code: string }[] };

/** Faults of a refused write; none when it was taken. */
async function faultsOf(reply: Response): Promise<readonly string[]> {
  const { code, fields = [] } = (await reply.json()) as Problem;
  if (reply.status === 200) return [];
  expect([reply.status, reply.headers.get("content-type"), code]).toEqual([
    422,
    "application/problem+json",
    "validation_failed",
  ]);
  return fields.map((field) => `${field.path}: ${field.code}`);
}
const create = async (patch: Fields) =>
  faultsOf(await send("POST", "/channels", { ...SOUND_CHANNEL, name: `c${++made}`, ...patch }));
/** A patch of the saved channel as it stands; one that is taken steps its version. */
async function update(patch: Fields): Promise<readonly string[]> {
  const reply = await send("PATCH", `/channels/${saved.id}`, { version: saved.version, ...patch });
  if (reply.status === 200) saved = (await reply.clone().json()) as typeof saved;
  return faultsOf(reply);
}

/** Fields that a patch leaves as they are when they are null or missing, so that only a new channel lacks them. */
const NEEDED_AT_FIRST = new Set(["credential: credential_required", "credentials[0].value: credential_required"]);

test.each(CHANNEL_FAULTS)("%s at %s", async (code, path, patch) => {
  const fault = `${path}: ${code}`;
  expect(await create(patch)).toEqual([fault]);
  const again = "baseUrl" in patch ? { credential: SOUND_CHANNEL.credential } : {}; // a new host needs it
  if (!NEEDED_AT_FIRST.has(fault)) expect(await update({ ...patch, ...again })).toEqual([fault]);
});

test("codes that need what is stored: a taken name, an unknown group, a new host without its credential, a stale version", async () => {
  expect(await create({ name: " TAKEN " })).toEqual(["name: name_taken"]);
  for (const write of [create, update])
    expect(await write({ userGroups: [999_999] })).toEqual(["userGroups[0]: user_group_unknown"]);
  expect(await update({ baseUrl: "https://elsewhere.example.com" })).toEqual([
    "credential: credential_reentry_required",
  ]);
  const stale = await send("PATCH", `/channels/${saved.id}`, { version: saved.version + 1, weight: 2 });
  expect([stale.status, await stale.json()]).toEqual([409, expect.objectContaining({ code: "version_conflict" })]);
});

test("what a schema cannot see is told at once too, whoever knows of it", async () => {
  const patch = { name: "Taken", baseUrl: "http://169.254.169.254", provider: "nobody", userGroups: [999_999] };
  const told = ["name: name_taken", "baseUrl: base_url_forbidden", "provider: provider_unknown"];
  expect(await create(patch)).toEqual([...told, "userGroups[0]: user_group_unknown"]);
  await create({ name: "other" });
  const moved = { ...patch, name: "other" };
  const faults = [...told, "userGroups[0]: user_group_unknown", "credential: credential_reentry_required"];
  expect(await update(moved)).toEqual(faults);
});

test("two faults are two field errors, and nothing is written", async () => {
  for (const write of [create, update]) expect([...(await write(TWO_FAULTS.patch))].sort()).toEqual(TWO_FAULTS.told);
  const reply = await rest(new Request(`${ORIGIN}/api/v1/channels/${saved.id}`, { headers: { ...HEADERS, cookie } }));
  expect(await reply.json()).toMatchObject({ version: saved.version, weight: 1 });
});

describe("the bounds of every number", () => {
  test.each(CHANNEL_NUMBERS)("$path is $min..$max", async (number) => {
    for (const value of triedNumbers(number)) {
      expect([value, await create(number.patch(value))]).toEqual([value, faultsOfNumber(number, value)]);
    }
  });
});
