import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmptyDatabase, dropDatabase } from "@test/build-database";
import { type RunningProcess, runProcess, startProcess } from "@test/setup/start-process";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";

// Real processes of the built product. Most need no pages: the role `gateway` starts faster.
const SECRET = "process-test-secret-process-test-secret-2";

let folder = "";
const running: RunningProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-start-"));
  chmodSync(folder, 0o711); // as root, the database's own account must be able to pass
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.end("SIGKILL")));
  for (const pid of postgresOf(folder)) process.kill(pid, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const base = () => ({ PORT: "0", SLUICE_HOST: "127.0.0.1", SLUICE_DATA_DIR: join(folder, "data") });
const embedded = (env: Record<string, string> = {}) => ({ ...base(), ...env });

async function start(env: Record<string, string>): Promise<RunningProcess> {
  const started = await startProcess({ env });
  running.push(started);
  return started;
}

/** Pids of the PostgreSQL servers whose cluster lies under a folder. */
function postgresOf(under: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
        return command.includes("/postgres\0-D") && command.includes(under);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const ask = async (url: string, path: string) => (await fetch(`${url}${path}`)).status;
const linesOf = (output: string) => output.split("\n").filter((line) => line !== "");

describe("a start on the embedded database", { timeout: 120_000 }, () => {
  test("serves on an empty folder, stops clean, and keeps its data at the next start", async () => {
    const first = await start(embedded());
    expect(await ask(first.url, "/healthz")).toBe(200);
    expect(await ask(first.url, "/readyz")).toBe(200);
    expect(await ask(first.url, "/v1/models")).toBe(401);
    expect(await ask(first.url, "/setup")).toBe(200);
    expect(first.output()).toMatch(/\/setup#token=[0-9a-f]{32}/);
    const files = () => ["secret", "postgres-password"].map((name) => readFileSync(join(folder, "data", name), "utf8"));
    const before = files();
    expect(await first.end("SIGTERM")).toBe(0);
    expect(postgresOf(folder)).toEqual([]);

    const startedAt = performance.now();
    const second = await start(embedded());
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(files()).toEqual(before);
    expect(await ask(second.url, "/readyz")).toBe(200);
    expect(await second.end("SIGINT")).toBe(0);
  });

  test("clears away what kill -9 left: the database's orphan, the owner file, the journal", async () => {
    const first = await start(embedded());
    const [orphan] = postgresOf(folder);
    expect(orphan).toBeDefined();
    await first.end("SIGKILL");
    expect(postgresOf(folder)).toEqual([orphan]);
    const second = await start(embedded());
    expect(second.output()).toContain(`pid ${orphan}`);
    expect(postgresOf(folder)).not.toContain(orphan);
    expect(await ask(second.url, "/readyz")).toBe(200);
    expect(await second.end("SIGTERM")).toBe(0);
    expect(readdirSync(join(folder, "data/journal"))).toEqual([]);
  });

  test("a second process on the same folder is refused and harms nothing", async () => {
    const first = await start(embedded());
    const second = await runProcess({ env: embedded() });
    expect(second.code).toBe(2);
    expect(linesOf(second.output)).toEqual([expect.stringContaining(`in use by process ${first.pid}`)]);
    expect(await ask(first.url, "/readyz")).toBe(200);
  });

  test("a fault of the embedded database that does not pass ends the process with code 3", async () => {
    const first = await start(embedded());
    const ended = first.ended();
    const kill = setInterval(() => {
      for (const pid of postgresOf(folder)) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // it ended by itself
        }
      }
    }, 50);
    expect(await ended).toBe(3);
    clearInterval(kill);
    expect(first.output()).toContain("starting it again (1 of 3)");
  });

  test("a stop while it starts leaves nothing behind", async () => {
    const stopWhen = () => existsSync(join(folder, "data/postgres-password"));
    expect((await runProcess({ env: embedded(), stopWhen })).code).toBe(0);
    expect(postgresOf(folder)).toEqual([]);
  });
});

describe("a wrong environment ends the start with code 2 and one line", { timeout: 60_000 }, () => {
  let database = "";
  beforeAll(async () => {
    database = await createEmptyDatabase();
  });
  afterAll(() => dropDatabase(database));
  const external = (env: Record<string, string> = {}) => ({
    ...base(),
    SLUICE_ROLE: "gateway",
    SLUICE_START_TIMEOUT_MS: "1000",
    DATABASE_URL: database,
    SLUICE_SECRET: SECRET,
    ...env,
  });
  const refused = async (env: Record<string, string>) => {
    const { code, output } = await runProcess({ env });
    expect(code).toBe(2);
    return linesOf(output).filter((line) => !/^(Waiting|✓)/.test(line));
  };
  const changed = (change: (url: URL) => void) => {
    const url = new URL(inject("databaseUrl"));
    change(url);
    return url.href;
  };

  test("the port is taken, and the database that was started for it is stopped", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const [line, ...more] = await refused(embedded({ PORT: String(port) }));
    taken.close();
    expect(line).toMatch(new RegExp(`^PORT: ${port} is taken`));
    expect(more).toEqual([]);
    expect(postgresOf(folder)).toEqual([]);
  });

  test("the folder cannot be written", async () => {
    writeFileSync(join(folder, "file"), "");
    expect(await refused(embedded({ SLUICE_DATA_DIR: join(folder, "file") }))).toEqual([
      expect.stringMatching(/^SLUICE_DATA_DIR: .* cannot be written/),
    ]);
  });

  test("DATABASE_URL is no URL of PostgreSQL", async () => {
    expect(await refused(external({ DATABASE_URL: "mysql://x/y" }))).toEqual([
      expect.stringMatching(/^DATABASE_URL must be/),
    ]);
  });

  test("the password is wrong, and is not told", async () => {
    const lines = await refused(
      external({ DATABASE_URL: changed((url) => Object.assign(url, { password: "hunter2" })) }),
    );
    expect(lines).toEqual([expect.stringMatching(/^DATABASE_URL: .*password/)]);
    expect(lines.join()).not.toContain("hunter2");
  });

  test("the database does not exist", async () => {
    const lines = await refused(
      external({ DATABASE_URL: changed((url) => Object.assign(url, { pathname: "/missing" })) }),
    );
    expect(lines).toEqual([expect.stringMatching(/^DATABASE_URL: .*no such database/)]);
  });

  test("nothing listens at the database's port", async () => {
    const lines = await refused(external({ DATABASE_URL: changed((url) => Object.assign(url, { port: "1" })) }));
    expect(lines).toEqual([expect.stringMatching(/^DATABASE_URL: the database does not answer \(ECONNREFUSED\)/)]);
  });

  test("SLUICE_SECRET is missing with an external database", async () => {
    const { SLUICE_SECRET: _, ...env } = external();
    expect(await refused(env)).toEqual([expect.stringMatching(/^SLUICE_SECRET is required/)]);
  });

  test("several variables are wrong: all are told at once", async () => {
    const lines = await refused(external({ PORT: "x", SLUICE_ROLE: "y", SLUICE_DRAIN_MS: "z" }));
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["PORT", "SLUICE_ROLE", "SLUICE_DRAIN_MS"]);
  });

  test("a role that may not migrate finds no schema", async () => {
    expect(await refused(external())).toEqual([expect.stringMatching(/^DATABASE_URL: the schema lacks .*db:migrate/)]);
  });

  test("REDIS_URL names a host that does not exist", async () => {
    const lines = await refused(external({ REDIS_URL: "redis://no-such-host.invalid:6379" }));
    expect(lines.at(-1)).toMatch(/^(REDIS_URL|DATABASE_URL)/);
  });
});

describe("the roles", { timeout: 60_000 }, () => {
  let database = "";
  const refuseNext = () => {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "refuse-next.mjs");
    const hook = `import { registerHooks } from "node:module";
registerHooks({ resolve(specifier, context, next) {
  if (specifier === "next" || specifier.startsWith("next/")) throw new Error("next was loaded");
  return next(specifier, context);
} });`;
    writeFileSync(file, hook);
    return { NODE_OPTIONS: `--import=file://${file}` };
  };
  const throwOn = (signal: string, statement: string) => {
    const file = join(folder, "throw.mjs");
    writeFileSync(file, `process.on("${signal}", () => setTimeout(() => { ${statement}; }));`);
    return { NODE_OPTIONS: `--import=file://${file}` };
  };
  const upgrade = (url: string, path: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      let reply = "";
      socket.on("data", (chunk: Buffer) => {
        reply += chunk.toString("latin1");
      });
      socket.once("close", () => resolve(reply)).once("error", reject);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    });
  const env = (role: string) => ({ ...base(), DATABASE_URL: database, SLUICE_SECRET: SECRET, SLUICE_ROLE: role });
  beforeAll(async () => {
    database = await createEmptyDatabase();
  });
  afterAll(() => dropDatabase(database));

  test("a gateway never loads Next, and has no pages", async () => {
    const migrated = await runProcess({ entry: "migrate", env: env("all") });
    expect(migrated.code).toBe(0);
    const gateway = await start({ ...env("gateway"), ...refuseNext() });
    for (const [path, status] of [
      ["/healthz", 200],
      ["/v1/models", 401],
      ["/login", 404],
      ["/api/v1/viewer", 404],
    ] as const)
      expect(await ask(gateway.url, path)).toBe(status);
    expect(await gateway.end("SIGTERM")).toBe(0);
    // The same hook stops a role with pages, so it would have seen Next.
    const pages = await runProcess({ env: { ...env("all"), ...refuseNext() } });
    expect(pages.code).toBe(1);
    expect(pages.output).toContain("next was loaded");
  });

  test("the console serves pages and no /v1", async () => {
    const console_ = await start(env("console"));
    expect(await ask(console_.url, "/v1/models")).toBe(404);
    expect(await ask(console_.url, "/login")).toBe(200);
    expect(await console_.end("SIGTERM")).toBe(0);
  });

  test("SEC17: SIGUSR1 opens no inspector; SIGUSR2 tells the state", async () => {
    const gateway = await start(env("gateway"));
    process.kill(gateway.pid, "SIGUSR1");
    process.kill(gateway.pid, "SIGUSR2");
    await expect.poll(() => gateway.output()).toContain('"phase":"serving"');
    expect(gateway.output()).not.toMatch(/debugger/i);
    expect(await ask(gateway.url, "/healthz")).toBe(200);
  });

  test("F11: an exception that nobody catches ends the process with code 1, in every role", async () => {
    for (const role of ["gateway", "all"]) {
      const host = await start({ ...env(role), ...throwOn("SIGWINCH", "throw new Error('boom')") });
      expect(await ask(host.url, role === "all" ? "/login" : "/healthz")).toBe(200); // Next adds its listeners at the first page
      const ended = host.ended();
      process.kill(host.pid, "SIGWINCH");
      expect(await ended).toBe(1);
      expect(host.output()).toContain("boom");
    }
  });

  test("N9: a promise that nobody handles ends a gateway, and is only logged where Next runs", async () => {
    const reject = throwOn("SIGWINCH", "Promise.reject(new Error('lost'))");
    const gateway = await start({ ...env("gateway"), ...reject });
    const ended = gateway.ended();
    process.kill(gateway.pid, "SIGWINCH");
    expect(await ended).toBe(1);
    const host = await start({ ...env("all"), ...reject });
    process.kill(host.pid, "SIGWINCH");
    await expect.poll(() => host.output()).toContain("unhandled rejection");
    expect(await ask(host.url, "/healthz")).toBe(200);
    expect(await host.end("SIGTERM")).toBe(0);
  });

  test("SEC33: after the first page an upgrade is still refused and closed", async () => {
    const host = await start(env("all"));
    expect(await ask(host.url, "/login")).toBe(200);
    for (const path of ["/", "/_next/webpack-hmr", "/v1/responses"]) {
      const reply = await upgrade(host.url, path);
      expect(reply, path).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
  });
});
