import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmptyDatabase, dropDatabase } from "@test/build-database";
import { runProcess, startProcess } from "@test/setup/start-process";
import { afterAll, beforeAll, expect, test } from "vitest";

// One-off commands and the provisioning file, by the built product.
const SECRET = "process-test-secret-process-test-secret-4";
const KEY = "sk-sluice-commandscommandscommandscommandscomman";

let folder = "";
let database = "";
const external = (more: Record<string, string> = {}): Record<string, string> => ({
  PORT: "0",
  SLUICE_HOST: "127.0.0.1",
  SLUICE_ROLE: "gateway",
  SLUICE_DATA_DIR: join(folder, "data"),
  DATABASE_URL: database,
  SLUICE_SECRET: SECRET,
  ...more,
});
const write = (name: string, value: unknown) => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
};
const CONFIGURATION = {
  channels: [
    {
      name: "up",
      protocols: ["openai-chat"],
      baseUrl: "https://upstream.example.com",
      credential: "upstream-credential",
      models: ["gpt-4o"],
    },
  ],
  users: [{ name: "load", role: "user" }],
  keys: [{ user: "load", name: "load", secret: KEY }],
};
const command = (entry: string, args: readonly string[] = [], env = external()) => runProcess({ entry, args, env });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sluice-commands-"));
  chmodSync(folder, 0o711);
  database = await createEmptyDatabase();
});
afterAll(async () => {
  await dropDatabase(database);
  rmSync(folder, { recursive: true, force: true });
});

test("migrate brings an empty database up to date, and then finds nothing to do", { timeout: 30_000 }, async () => {
  expect(await command("migrate")).toMatchObject({ code: 0, output: expect.stringMatching(/^Applied 0000/m) });
  expect(await command("migrate")).toMatchObject({ code: 0, output: expect.stringContaining("up to date") });
});

test("provision applies a file once, and prints it without secrets", { timeout: 60_000 }, async () => {
  const path = write("sluice.json", CONFIGURATION);
  const first = await command("provision", [path]);
  expect(first).toMatchObject({
    code: 0,
    output: expect.stringMatching(/created .*up[\s\S]*applied as configuration/),
  });
  expect(await command("provision", [path])).toEqual({ code: 0, output: "unchanged" });
  const exported = await command("provision", ["--export"]);
  expect(exported).toMatchObject({ code: 0, output: expect.stringContaining("https://upstream.example.com") });
  expect(exported.output).not.toContain("upstream-credential");
  expect(exported.output).not.toContain(KEY);
});

test("a file with problems is refused whole, a line per problem with its path", { timeout: 60_000 }, async () => {
  const bad = write("bad.json", {
    ...CONFIGURATION,
    users: [{ name: "new", role: "king" }],
    keys: [{ user: "load", name: "load", colour: "blue" }],
  });
  const { code, output } = await command("provision", [bad]);
  expect(code).toBe(2);
  const lines = output.split("\n");
  expect(lines).toEqual([expect.stringContaining("users[0].role: "), expect.stringContaining("keys[0].colour: ")]);
  const start = await runProcess({ env: external({ SLUICE_CONFIG: bad }) });
  expect(start.code).toBe(2);
  expect(start.output).toContain("SLUICE_CONFIG: users[0].role: ");
  expect(await command("provision", [join(folder, "missing.json")])).toMatchObject({ code: 2 });
  expect(await command("provision")).toMatchObject({ code: 2, output: expect.stringContaining("Usage") });
});

test("another secret than the credentials were stored under is refused, and a previous one is told", {
  timeout: 60_000,
}, async () => {
  const other = "another-test-secret-another-test-secret-4";
  const refused = await runProcess({ env: external({ SLUICE_SECRET: other }) });
  expect(refused).toMatchObject({ code: 2, output: expect.stringMatching(/^SLUICE_SECRET does not open/) });
  const rotated = await startProcess({ env: external({ SLUICE_SECRET: other, SLUICE_SECRET_PREVIOUS: SECRET }) });
  const ready = await (await fetch(`${rotated.url}/readyz`)).json();
  expect(ready).toEqual({ status: "degraded", codes: ["previous_secret_in_use"] });
  expect(await rotated.end("SIGTERM")).toBe(0);
});

test("verify:ledger finds an empty ledger sound", { timeout: 30_000 }, async () => {
  const { code, output } = await command("verify-ledger");
  expect(output).toBe("0 entries, $0\nThe ledger is sound");
  expect(code).toBe(0);
});

test("commands work beside a running process on its embedded database, and alone", { timeout: 90_000 }, async () => {
  const { DATABASE_URL: _, SLUICE_SECRET: __, ...env } = external({ SLUICE_DATA_DIR: join(folder, "embedded") });
  const path = write("beside.json", CONFIGURATION);
  expect(await command("migrate", [], env)).toMatchObject({ code: 0 });
  const host = await startProcess({ env });
  expect(await command("provision", [path], env)).toMatchObject({
    code: 0,
    output: expect.stringContaining("applied"),
  });
  expect(await command("verify-ledger", [], env)).toMatchObject({ code: 0 });
  const models = () =>
    fetch(`${host.url}/v1/models`, { headers: { authorization: `Bearer ${KEY}` } }).then((reply) => reply.status);
  await expect.poll(models, { timeout: 5_000 }).toBe(200);
  expect(await host.end("SIGTERM")).toBe(0);
  expect(await command("provision", [path], env)).toEqual({ code: 0, output: "unchanged" });
});
