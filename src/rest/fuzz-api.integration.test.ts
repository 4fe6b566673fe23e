import { fuzzApi } from "@test/api-fuzz/fuzz-api";
import type { FuzzDocument } from "@test/api-fuzz/json-schema";
import { settlementTexts } from "@test/build-ledger";
import { buildOperations, type TestOperations } from "@test/build-operations";
import { buildStoredDenial, buildStoredEntry, buildStoredRequest } from "@test/build-stored-rows";
import { seededRandom } from "@test/seeded-random";
import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidv7Hex } from "@/lib/id";
import { EXAMPLES } from "@/operations/examples";
import { OPERATIONS } from "@/operations/registry";
import { ledgerStore } from "@/stores/postgres/ledger-store";
import { createRest } from "./create-rest";
import { openApiDocument } from "./openapi-document";

const ORIGIN = "http://localhost:3000";
const SEED = 20_261_128;
/** Beyond every id that a call makes up by itself, so that no call removes the admin who sends it. */
const FIRST_USER = 1_000_000_007;

let operations: TestOperations;

beforeAll(async () => {
  operations = await buildOperations();
  await operations.database.sql`select setval(pg_get_serial_sequence('users', 'id'), ${FIRST_USER - 1})`;
});
afterAll(() => operations.database.drop());

/** Requests of the admin and a denial, so that the log has something to show. */
async function fillLog(userId: number): Promise<void> {
  const at = operations.clock.now();
  const ledger = ledgerStore(operations.database);
  for (let made = 0; made < 3; made++) {
    const row = { id: uuidv7Hex(at), userId };
    const entry = buildStoredEntry({ ...row, admittedAt: at });
    await ledger.record(settlementTexts([entry], [buildStoredRequest({ ...row, at })]));
    await ledger.recordDenials([buildStoredDenial({ id: uuidv7Hex(at), at, userId })]);
  }
}

/** What no call of a stranger to the gateway's log can do: it needs the token of the first start. */
const NEVER_DONE = ["setup.unlock", "setup.createAdmin"];

test("7,000 valid and odd calls to every operation get replies that the document describes, and no fault", {
  timeout: 300_000,
}, async () => {
  const { userId, name } = await operations.signUp("admin", "admin");
  await fillLog(userId);
  const document = openApiDocument({ operations: OPERATIONS, examples: EXAMPLES, version: "0.0.0" });
  const rest = createRest({
    operations: OPERATIONS,
    run: operations.run,
    currentAccount: async () => ({ userId, name, role: "admin", keyId: null }),
    presentAccessToken: operations.presentAccessToken,
    publicUrl: () => null,
    liveChannels: { subscribe: () => () => undefined },
    openApiDocument: async () => document,
    newRequestId: () => "req_1",
    reportFault: (error) => operations.faults.push(error),
  });
  const report = await fuzzApi(
    {
      document: document as FuzzDocument,
      send: rest,
      origin: ORIGIN,
      headers: { host: "localhost:3000", origin: ORIGIN },
      random: seededRandom(SEED),
      untouchable: new Set([userId]),
    },
    7000,
  );
  expect(report.findings).toEqual([]);
  expect(operations.faults).toEqual([]);
  const never = [...report.byOperation].filter(([, statuses]) => !statuses.has(200)).map(([name]) => name);
  expect(never).toEqual(NEVER_DONE);
});
