import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, startTestPostgres } from "@test/setup/test-postgres";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres";
import { processCommand } from "./process-identity";

let folder: string;
let database: EmbeddedPostgres | null = null;
const cluster = () => join(folder, "postgres");
const pidFile = () => join(cluster(), "postmaster.pid");
const start = async () => {
  database = await startTestPostgres(folder);
  return database;
};
const one = async (url: string, text: string) => {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return Object.values((await sql.unsafe(text))[0] ?? {})[0];
  } finally {
    await sql.end();
  }
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-pg-"));
});
beforeEach(() => database?.stop());
afterAll(async () => {
  await database?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("the embedded PostgreSQL", { timeout: 60_000 }, () => {
  test("answers on loopback alone, with checksums, UTF-8 and scram, and keeps its password to its owner", async () => {
    const { url } = await start();
    expect(await one(url, "show data_checksums")).toBe("on");
    expect(await one(url, "show server_encoding")).toBe("UTF8");
    expect(await one(url, "show listen_addresses")).toBe("127.0.0.1");
    expect(await one(url, "show unix_socket_directories")).toBe("");
    expect(await one(url, "select rolpassword from pg_authid where rolcanlogin")).toMatch(/^SCRAM-SHA-256/);
    expect(statSync(join(folder, "postgres-password")).mode & 0o777).toBe(0o600);
    const wrong = new URL(url);
    wrong.password = "wrong";
    await expect(one(wrong.href, "select 1")).rejects.toThrow(/password authentication failed/);
  });

  test("SEC17: gets PATH, LC_ALL and TZ of the environment and nothing else", async () => {
    const { pid } = await start();
    const names = readFileSync(`/proc/${pid()}/environ`, "utf8").split("\0").filter(Boolean);
    const own = names.map((entry) => entry.split("=")[0]).filter((name) => !name?.startsWith("PG"));
    expect(own.sort()).toEqual(["LC_ALL", "PATH", "TZ"]);
  });

  test("stands in a process group of its own, so that Ctrl-C does not reach it", async () => {
    const { pid } = await start();
    const stat = readFileSync(`/proc/${pid()}/stat`, "utf8");
    expect(Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2])).toBe(pid());
  });

  test("keeps its data and its password over a stop and a start", async () => {
    const first = await start();
    await one(first.url, "create table kept as select 42 as value");
    await first.stop();
    const second = await start();
    expect(await one(second.url, "select value from kept")).toBe(42);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
  });

  test("F61: is started again under the same URL when it dies while serving", async () => {
    const running = await start();
    const before = running.pid() ?? 0;
    process.kill(before, "SIGKILL");
    await expect.poll(() => answers(running.url).catch(() => false), { timeout: 20_000 }).toBe(true);
    expect(running.pid()).not.toBe(before);
  });

  test("F62: an orphan of a killed process is stopped by the next start", async () => {
    const orphan = await start();
    const pid = orphan.pid() ?? 0;
    const next = await startTestPostgres(folder); // nobody stopped the first one
    expect(processCommand(pid) ?? "").not.toContain(cluster());
    expect(await answers(next.url)).toBe(true);
    await orphan.stop();
    await next.stop();
  });

  test.each([
    ["of another process", (pid: number) => `${pid}\n/elsewhere\n1\n1\n`],
    ["of garbage", () => "not a pid\n\0\n"],
    ["that is empty", () => ""],
  ])("F63: a pid file %s is removed", async (_, text) => {
    writeFileSync(pidFile(), text(process.pid));
    const { url } = await start();
    expect(await answers(url)).toBe(true);
  });

  test("a pid file whose port another process answers ends the start with the remedy", async () => {
    const stranger = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => stranger.once("listening", resolve));
    const address = stranger.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    writeFileSync(pidFile(), `999999999\n${cluster()}\n1\n${port}\n`);
    await expect(start()).rejects.toThrow(new RegExp(`port ${port}.*stop that process`));
    stranger.close();
    rmSync(pidFile(), { force: true });
  });

  test("a cluster of another major version is left alone, and the way out is told", async () => {
    const version = join(cluster(), "PG_VERSION");
    const own = readFileSync(version, "utf8");
    writeFileSync(version, "15\n");
    await expect(start()).rejects.toThrow(/was made by PostgreSQL 15.*pg_dump/);
    writeFileSync(version, own);
  });

  test("a lost password is set anew", async () => {
    rmSync(join(folder, "postgres-password"));
    const { url } = await start();
    expect(await answers(url)).toBe(true);
  });

  test("a cluster cut off half-way through its making is made anew", async () => {
    const half = mkdtempSync(join(tmpdir(), "sluice-half-"));
    symlinkSync("/nowhere", join(half, "postgres.new"));
    const made = await startTestPostgres(half);
    expect(await answers(made.url)).toBe(true);
    await made.stop();
    expect(existsSync(join(half, "postgres/PG_VERSION"))).toBe(true);
    rmSync(half, { recursive: true, force: true });
  });

  // Only root runs the database under another account.
  test.runIf(process.getuid?.() === 0)(
    "a folder that the database's account cannot enter keeps the password, and the cluster goes elsewhere",
    async () => {
      const locked = mkdtempSync(join(tmpdir(), "sluice-locked-")); // 0700
      const lines: string[] = [];
      const options = {
        dataDir: locked,
        isReady: answers,
        say: (line: string) => void lines.push(line),
        onGone: () => undefined,
        settings: { fsync: "off" },
      };
      const first = await startEmbeddedPostgres(options);
      const elsewhere = join("/var/lib/sluice", readFileSync(join(locked, "folder-id"), "utf8").trim());
      try {
        expect(lines).toEqual([expect.stringContaining(elsewhere)]);
        await one(first.url, "create table kept as select 7 as value");
        await first.stop();
        expect(existsSync(join(locked, "postgres"))).toBe(false);
        const second = await startEmbeddedPostgres(options);
        expect(await one(second.url, "select value from kept")).toBe(7);
        await second.stop();
      } finally {
        await first.stop();
        rmSync(elsewhere, { recursive: true, force: true });
        rmSync(locked, { recursive: true, force: true });
      }
    },
  );
});
