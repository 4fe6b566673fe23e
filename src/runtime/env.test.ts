import { expect, test } from "vitest";
import { parseEnv } from "./env";
import { isStartFault } from "./start-fault";

const noFiles = () => {
  throw new Error("no file");
};
const problemsOf = (
  values: Record<string, string>,
  readFile: (path: string) => string = noFiles,
): readonly string[] => {
  try {
    parseEnv(values, readFile);
    return [];
  } catch (error) {
    if (!isStartFault(error)) throw error;
    expect(error.exitCode).toBe(2);
    return error.message.split("\n");
  }
};

test("an empty environment gives the defaults of the table", () => {
  const { env, warnings } = parseEnv({}, noFiles);
  expect(env).toMatchObject({ port: 3000, host: null, role: "all", databaseUrl: null, secret: null, drainMs: 25_000 });
  expect(env).toMatchObject({ maxConnections: 10_000, maxInflight: 5_000, bodyLimit: 32 * 1024 * 1024, pgPool: 10 });
  expect(env).toMatchObject({ failOpen: null, modelGroupLimits: null, upstreamPrivate: null, journalSync: "interval" });
  expect(env.dataDir).toMatch(/\/data$/);
  expect(warnings).toEqual([]);
});

test("an empty value is an unset one", () => {
  expect(parseEnv({ SLUICE_PUBLIC_URL: "", SLUICE_SECRET: " ", PORT: "" }, noFiles).env).toMatchObject({
    publicUrl: null,
    secret: null,
    port: 3000,
  });
});

test("every problem is told at once, one line each with its variable", () => {
  const lines = problemsOf({
    PORT: "eighty",
    SLUICE_ROLE: "worker",
    DATABASE_URL: "mysql://x",
    SLUICE_SECRET: "short",
  });
  expect(lines).toHaveLength(4);
  for (const name of ["PORT", "SLUICE_ROLE", "DATABASE_URL", "SLUICE_SECRET"])
    expect(lines.some((line) => line.startsWith(name))).toBe(true);
});

test.each([
  ["PORT", "65536"],
  ["PORT", "-1"],
  ["SLUICE_MAX_INFLIGHT", "0"],
  ["SLUICE_BODY_LIMIT", "32 megabytes"],
  ["SLUICE_DRAIN_MS", "1.5"],
  ["REDIS_URL", "localhost:6379"],
  ["REDIS_URL", "redis://a:6379,b:6379"],
  ["MODEL_RATE_LIMIT_FAIL_OPEN", "yes"],
  ["SLUICE_UPSTREAM_PRIVATE", "deny"],
  ["SLUICE_JOURNAL_SYNC", "never"],
  ["SLUICE_PUBLIC_URL", "https://example.com/path"],
  ["SLUICE_PUBLIC_URL", "example.com"],
  ["SLUICE_TRUSTED_PROXIES", "10.0.0.0/8, proxy.local"],
])("%s=%s is refused", (name, value) => {
  expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
});

test("several URLs of Redis name the nodes of a cluster", () => {
  const urls = ["redis://a:6379", "redis://b:6380"];
  expect(parseEnv({ REDIS_URL: urls.join(",") }, noFiles).env.redisUrls).toEqual(urls);
  expect(parseEnv({}, noFiles).env.redisUrls).toEqual([]);
});

test.each([["32 MiB"], ["32MiB"], ["33554432"], ["32768 kib"]])("a size may be written %s", (text) => {
  expect(parseEnv({ SLUICE_BODY_LIMIT: text }, noFiles).env.bodyLimit).toBe(33_554_432);
});

test("a secret never stands in the problem it causes", () => {
  const secret = "hunter2";
  expect(problemsOf({ SLUICE_SECRET: secret }).join()).not.toContain(secret);
  const url = "mysql://user:hunter2@host/db";
  expect(problemsOf({ DATABASE_URL: url }).join()).not.toContain(secret);
});

test.each([["changeme-changeme-changeme-changeme-1"], ["a".repeat(40)], ["your-secret-your-secret-your-secret-1"]])(
  "the sample secret %s is refused",
  (secret) => {
    expect(problemsOf({ SLUICE_SECRET: secret })).toEqual([expect.stringContaining("sample value")]);
  },
);

test("URLs and secrets are read from the file that their _FILE variable names", () => {
  const readFile = (path: string) => (path === "/run/secrets/db" ? "postgres://u:p@h/d\n" : noFiles());
  expect(parseEnv({ DATABASE_URL_FILE: "/run/secrets/db" }, readFile).env.databaseUrl).toBe("postgres://u:p@h/d");
  expect(problemsOf({ DATABASE_URL_FILE: "/nowhere" }, readFile)).toEqual([
    expect.stringContaining("DATABASE_URL_FILE"),
  ]);
  expect(problemsOf({ DATABASE_URL: "postgres://h/d", DATABASE_URL_FILE: "/run/secrets/db" }, readFile)).toEqual([
    expect.stringContaining("both set"),
  ]);
});

test("N18: an unknown SLUICE_ name is a warning with the nearest name, also what Kubernetes injects", () => {
  const { warnings } = parseEnv({ SLUICE_PORT: "tcp://10.0.0.1:3000", SLUICE_DRIAN_MS: "5" }, noFiles);
  expect(warnings).toHaveLength(2);
  expect(warnings[1]).toContain("SLUICE_DRAIN_MS");
});

test.each([[{ NODE_TLS_REJECT_UNAUTHORIZED: "0" }], [{ SLUICE_TEST_CLOCK: "1" }], [{ SLUICE_CRASH_AT: "settle" }]])(
  "%o is refused",
  (values) => {
    expect(problemsOf(values)).toHaveLength(1);
  },
);
