import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

let operations: TestOperations;
let admin: Actor & { userId: number };
const SECRET = `sk-sluice-${"s".repeat(43)}`;
const DOCUMENT = `
users: [{ name: alice, email: alice@example.com, password: env:ALICE }]
keys: [{ user: alice, name: laptop, secret: env:LAPTOP }]
channels: [{ name: main, protocols: [openai-chat], baseUrl: https://a.example.com, credential: env:MAIN, models: [m] }]
limits: [{ subject: "user:alice", target: global, window: daily, unit: usd, amount: "5" }]
`;
const SECRETS = { ALICE: "a planted password", LAPTOP: SECRET, MAIN: "sk-planted-credential" };
const LABELS = ["channel main", "user alice", "key alice/laptop", "limits user:alice global"];

type Apply = OperationTypes["provisioning.apply"];
const apply = async (input: Apply["input"], actor: Actor = admin) => {
  const { output, configVersion } = await operations.run("provisioning.apply", input, actor);
  return { ...(output as Apply["output"]), header: configVersion };
};
const faultsOf = (input: Apply["input"]) =>
  apply(input).then(
    () => [],
    (error: AppError) => error.fields.map(({ path, code }) => `${path}: ${code}`),
  );
const exported = async (input: OperationTypes["provisioning.export"]["input"] = {}) =>
  (await operations.run("provisioning.export", input, admin)).output as OperationTypes["provisioning.export"]["output"];

beforeEach(async () => {
  operations = await buildOperations();
  admin = await operations.signUp("admin", "ada");
});
afterEach(() => operations.database.drop());

describe("applying a document", () => {
  test("makes what it names as the file's, tells who applied it, and says it once", async () => {
    const report = await apply({ document: DOCUMENT, secrets: SECRETS });
    expect(report).toMatchObject({ applied: true, created: LABELS, changed: [], removed: [], incomplete: [] });
    expect(report.header).toBe(report.configVersion);
    const alice = await operations.ports.users.findByName("alice");
    expect(alice).toMatchObject({ managedBy: "file", hasAccount: true });
    const rows = await operations.audit();
    const who = { actor_kind: "account", actor_name: "ada", address: admin.address };
    expect(rows.slice(0, -1).map(({ via }) => via)).toEqual(LABELS.map(() => "file"));
    for (const row of rows) expect(row).toMatchObject(who);
    expect(rows.at(-1)).toMatchObject({ operation: "provisioning.apply", via: admin.via, target: "provisioning" });
    const again = await apply({ document: DOCUMENT, secrets: SECRETS });
    expect(again).toMatchObject({ created: [], changed: [], removed: [], configVersion: report.configVersion });
    expect(await operations.audit()).toEqual(rows);
  });

  test("that is tried only tells what it would do, and does nothing", async () => {
    const before = await exported();
    const rows = await operations.audit();
    const report = await apply({ document: DOCUMENT, secrets: SECRETS, dryRun: true });
    expect(report).toMatchObject({ applied: false, created: LABELS, configVersion: before.configVersion, header: 0 });
    expect(await exported()).toEqual(before);
    expect(await operations.audit()).toEqual(rows);
    expect(await faultsOf({ document: "users: [{ name: '' }]", dryRun: true })).toEqual([
      "users[0].name: name_required",
    ]);
  });

  test("tells of what it would overwrite before it does", async () => {
    await apply({ document: DOCUMENT, secrets: SECRETS });
    const main = await operations.ports.channels.findByName("main");
    const other = await operations.signUp("admin", "grace");
    await operations.run("channels.update", { id: main?.id, version: main?.version, weight: 9 }, other);
    const overwrote = [{ object: "channel main", editedBy: ["grace"] }];
    const tried = await apply({ document: DOCUMENT, secrets: SECRETS, dryRun: true });
    expect(tried).toMatchObject({ changed: ["channel main"], overwrote });
    expect((await operations.ports.channels.findByName("main"))?.weight).toBe(9);
    expect(await apply({ document: DOCUMENT, secrets: SECRETS })).toMatchObject({ overwrote });
  });

  test("removes what an earlier one made when it says prune, and never what a person made", async () => {
    await apply({ document: DOCUMENT, secrets: SECRETS });
    const { removed } = await apply({ document: "prune: true" });
    expect([...removed].sort()).toEqual(["channel main", "key alice/laptop", "limits user:alice global", "user alice"]);
    expect((await operations.ports.users.list({})).map(({ name }) => name)).toEqual(["ada"]);
  });

  test("reads no variable and no file of this process", async () => {
    const of = (credential: string) => DOCUMENT.replace("env:MAIN", credential);
    const faults = ["channels[0].credential: secret_reference_invalid"];
    for (const reference of ["env:PATH", "env:SLUICE_SECRET", "env:__proto__", "env:constructor", "file:/etc/passwd"])
      expect([reference, await faultsOf({ document: of(reference), secrets: SECRETS })]).toEqual([reference, faults]);
  });

  test("tells every problem by its path in the document, and applies nothing", async () => {
    const document = `${DOCUMENT}
rates: [{ subject: "user:nobody", target: all, metric: rpm, amount: 5 }]
boosts: [{ user: nobody, modelGroup: global, window: daily, unit: usd, amount: "1", from: 2026-01-01T00:00:00Z, to: 2026-01-02T00:00:00Z }]
`;
    expect(await faultsOf({ document, secrets: SECRETS })).toEqual([
      "rates[0].subject: subject_unknown",
      "boosts[0].user: not_found",
    ]);
    expect(await operations.audit()).toEqual([]);
    expect(await operations.ports.channels.list()).toEqual([]);
  });

  test("leaves a planted secret nowhere: not in the report, the log, an export or a refusal", async () => {
    const report = await apply({ document: DOCUMENT, secrets: SECRETS });
    const refused = await apply({
      document: `${DOCUMENT}\nmodelGroups: [{ name: x }]`,
      secrets: { ...SECRETS, MAIN: "sk planted\u0007", LAPTOP: "sk-planted-malformed" },
    }).catch((error: AppError) => [error.code, error.params, error.fields, error.message]);
    const told = JSON.stringify([report, refused, await operations.audit(), await exported({ references: true })]);
    expect(refused).toContain("validation_failed");
    expect(told).not.toMatch(/planted|ssssssss/);
  });

  test("is refused to those who may only read, and to users", async () => {
    const token = { ...admin, kind: "token" as const, via: "api" as const, scopes: ["provisioning:read" as const] };
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => "ok",
        (error: AppError) => error.code,
      );
    expect(await codeOf(apply({ document: "" }, token))).toBe("forbidden");
    expect(await codeOf(operations.run("provisioning.export", {}, token))).toBe("ok");
    const user = await operations.signUp("user", "bob");
    expect(await codeOf(operations.run("provisioning.export", {}, user))).toBe("forbidden");
  });
});

test("an export changes nothing but who owns what a person made, and names variables when it is asked to", async () => {
  await apply({ document: DOCUMENT, secrets: SECRETS });
  const { document, configVersion } = await exported();
  expect(document).not.toMatch(/env:/);
  const adopted = await apply({ document });
  expect(adopted).toMatchObject({ created: [], changed: ["user ada"], removed: [], overwrote: [] });
  expect(adopted.configVersion).toBe(configVersion + 1);
  expect((await exported()).document).toBe(document);
  expect((await exported({ references: true })).document).toContain("credential: env:SLUICE_CHANNEL_MAIN_CREDENTIAL");
});
