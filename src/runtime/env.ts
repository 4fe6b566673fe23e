import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { PROCESS_ROLES, type ProcessRole } from "@/core/vocabulary";
import { parseNetwork } from "@/lib/cidr";
import { createEnvReader, type EnvReader } from "./env-readers";
import { nearestName } from "./nearest-name";
import { startFault } from "./start-fault";

/** The environment, parsed whole (reliability-and-security.md 3.1). Null: unset, the setting of the same meaning is in force. */
export type Env = {
  readonly port: number;
  /** null: all interfaces. */
  readonly host: string | null;
  readonly role: ProcessRole;
  /** Absolute path. */
  readonly dataDir: string;
  readonly configFile: string | null;
  /** Origin without a trailing slash. */
  readonly publicUrl: string | null;
  readonly secret: string | null;
  readonly previousSecrets: readonly string[];
  readonly databaseUrl: string | null;
  readonly migrationDatabaseUrl: string | null;
  /** Empty: counters in memory. Several: nodes of one cluster. */
  readonly redisUrls: readonly string[];
  readonly modelGroupLimits: boolean | null;
  readonly failOpen: boolean | null;
  readonly trustedProxies: readonly string[];
  readonly metricsToken: string | null;
  readonly upstreamPrivate: "allow" | "listed" | null;
  readonly upstreamAllow: readonly string[];
  readonly startTimeoutMs: number;
  readonly drainDelayMs: number;
  readonly drainMs: number;
  readonly maxConnections: number;
  readonly maxInflight: number;
  readonly bodyLimit: number;
  readonly bodyBudget: number;
  readonly clientStallMs: number;
  readonly maxDrains: number;
  readonly pgPool: number;
  readonly authStaleMs: number;
  readonly journalSync: "interval" | "strict";
  readonly journalMax: number;
  readonly journalKeepMs: number;
};

/** URLs and secrets also exist as `<NAME>_FILE`. */
const FILE_NAMES = [
  ...["SLUICE_PUBLIC_URL", "SLUICE_SECRET", "SLUICE_SECRET_PREVIOUS", "DATABASE_URL", "SLUICE_MIGRATION_DATABASE_URL"],
  ...["REDIS_URL", "SLUICE_METRICS_TOKEN", "SLUICE_UPSTREAM_PROXY"],
];

const OWN_NAMES = [
  ...["SLUICE_HOST", "SLUICE_ROLE", "SLUICE_DATA_DIR", "SLUICE_CONFIG", "SLUICE_PUBLIC_URL", "SLUICE_SECRET"],
  ...["SLUICE_SECRET_PREVIOUS", "SLUICE_MIGRATION_DATABASE_URL", "SLUICE_TRUSTED_PROXIES", "SLUICE_METRICS_TOKEN"],
  ...["SLUICE_UPSTREAM_PRIVATE", "SLUICE_UPSTREAM_ALLOW", "SLUICE_UPSTREAM_PROXY", "SLUICE_START_TIMEOUT_MS"],
  ...["SLUICE_DRAIN_DELAY_MS", "SLUICE_DRAIN_MS", "SLUICE_MAX_CONNECTIONS", "SLUICE_MAX_INFLIGHT", "SLUICE_BODY_LIMIT"],
  ...["SLUICE_BODY_BUDGET", "SLUICE_CLIENT_STALL_MS", "SLUICE_MAX_DRAINS", "SLUICE_PG_POOL", "SLUICE_AUTH_STALE_MS"],
  ...["SLUICE_JOURNAL_SYNC", "SLUICE_JOURNAL_MAX", "SLUICE_JOURNAL_KEEP_MS"],
];
const KNOWN_NAMES: ReadonlySet<string> = new Set([...OWN_NAMES, ...FILE_NAMES.map((name) => `${name}_FILE`)]);

/** What a placeholder in a copied example looks like. */
const SAMPLE_SECRET = /change[-_ ]?me|your[-_ ]?secret|replace[-_ ]?(me|this)|^(.)\2*$/i;

/** Reads the environment of this process. Throws one StartFault that lists every problem, a line each. */
export function readEnv(): { env: Env; warnings: readonly string[] } {
  return parseEnv(process.env, (path) => readFileSync(path, "utf8"));
}

/** The value of any variable, for `env:NAME` references in the provisioning file. */
export function readVariable(name: string): string | undefined {
  return process.env[name];
}

/** Parses an environment; `readFile` serves the `_FILE` variables. Unknown `SLUICE_*` names only warn (N18). */
export function parseEnv(
  values: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): { env: Env; warnings: readonly string[] } {
  const problems: string[] = [];
  const reader = createEnvReader({ values, readFile, fileNames: new Set(FILE_NAMES) }, problems);
  const env = { ...readPlaces(reader), ...readSecrets(reader), ...readAddresses(reader), ...readLimits(reader) };
  refuseUnsupported(reader);
  refuseUnsafe(values, problems);
  if (problems.length > 0) throw startFault(problems.join("\n"));
  return { env, warnings: unknownNames(values) };
}

function readPlaces(read: EnvReader) {
  const publicUrl = read.url("SLUICE_PUBLIC_URL", ["https", "http"]);
  if (publicUrl !== null && new URL(publicUrl).origin !== publicUrl.replace(/\/$/, ""))
    read.problem("SLUICE_PUBLIC_URL must be an origin without a path, as https://llm.example.com");
  return {
    port: read.integer("PORT", 3000, { min: 0, max: 65_535 }),
    host: read.text("SLUICE_HOST"),
    role: read.choice("SLUICE_ROLE", PROCESS_ROLES, "all"),
    dataDir: resolve(/*turbopackIgnore: true*/ read.text("SLUICE_DATA_DIR") ?? "data"),
    configFile: read.text("SLUICE_CONFIG"),
    publicUrl: publicUrl?.replace(/\/$/, "") ?? null,
    databaseUrl: read.url("DATABASE_URL", ["postgres", "postgresql"]),
    migrationDatabaseUrl: read.url("SLUICE_MIGRATION_DATABASE_URL", ["postgres", "postgresql"]),
    redisUrls: read.urls("REDIS_URL", ["redis", "rediss"]),
  } as const;
}

function readSecrets(read: EnvReader) {
  const secret = read.text("SLUICE_SECRET");
  const previousSecrets = read.list("SLUICE_SECRET_PREVIOUS");
  for (const value of secret === null ? [] : [secret]) {
    if (Buffer.byteLength(value) < 32)
      read.problem("SLUICE_SECRET is shorter than 32 bytes: make one with openssl rand -base64 48");
    else if (SAMPLE_SECRET.test(value))
      read.problem("SLUICE_SECRET is a sample value: make one with openssl rand -base64 48");
  }
  return { secret, previousSecrets, metricsToken: read.text("SLUICE_METRICS_TOKEN") };
}

function readAddresses(read: EnvReader) {
  const trustedProxies = read.list("SLUICE_TRUSTED_PROXIES");
  for (const proxy of trustedProxies)
    if (parseNetwork(proxy) === null) read.problem(`SLUICE_TRUSTED_PROXIES: ${proxy} is no address and no CIDR`);
  return {
    modelGroupLimits: read.flag("ENABLE_MODEL_RATE_LIMIT"),
    failOpen: read.flag("MODEL_RATE_LIMIT_FAIL_OPEN"),
    trustedProxies,
    upstreamPrivate: read.choice("SLUICE_UPSTREAM_PRIVATE", ["allow", "listed"], null),
    upstreamAllow: read.list("SLUICE_UPSTREAM_ALLOW"),
  } as const;
}

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

function readLimits(read: EnvReader) {
  const time = (name: string, fallback: number) => read.integer(name, fallback, { min: 0, max: DAY_MS });
  const count = (name: string, fallback: number) => read.integer(name, fallback, { min: 1, max: 1_000_000 });
  const bytes = (name: string, fallback: number) => read.bytes(name, fallback, { min: 1024, max: 1024 ** 4 });
  return {
    startTimeoutMs: time("SLUICE_START_TIMEOUT_MS", 30_000),
    drainDelayMs: time("SLUICE_DRAIN_DELAY_MS", 0),
    drainMs: time("SLUICE_DRAIN_MS", 25_000),
    maxConnections: count("SLUICE_MAX_CONNECTIONS", 10_000),
    maxInflight: count("SLUICE_MAX_INFLIGHT", 5_000),
    bodyLimit: bytes("SLUICE_BODY_LIMIT", 32 * MIB),
    bodyBudget: bytes("SLUICE_BODY_BUDGET", 256 * MIB),
    clientStallMs: time("SLUICE_CLIENT_STALL_MS", 60_000),
    maxDrains: read.integer("SLUICE_MAX_DRAINS", 64, { min: 0, max: 100_000 }),
    pgPool: read.integer("SLUICE_PG_POOL", 10, { min: 1, max: 1_000 }),
    authStaleMs: time("SLUICE_AUTH_STALE_MS", 300_000),
    journalSync: read.choice("SLUICE_JOURNAL_SYNC", ["interval", "strict"], "interval"),
    journalMax: bytes("SLUICE_JOURNAL_MAX", 512 * MIB),
    journalKeepMs: time("SLUICE_JOURNAL_KEEP_MS", 600_000),
  } as const;
}

/** A call that must not leave except through a proxy shall not leave without one. */
function refuseUnsupported(read: EnvReader): void {
  if (read.text("SLUICE_UPSTREAM_PROXY") !== null)
    read.problem("SLUICE_UPSTREAM_PROXY is not supported by this release: unset it");
}

function refuseUnsafe(values: Readonly<Record<string, string | undefined>>, problems: string[]): void {
  if (values.NODE_TLS_REJECT_UNAUTHORIZED === "0")
    problems.push(
      "NODE_TLS_REJECT_UNAUTHORIZED=0 turns off every check of certificates: unset it (NODE_EXTRA_CA_CERTS adds an authority)",
    );
  for (const name of Object.keys(values))
    if (/^SLUICE_(TEST_|CRASH_AT$)/.test(name)) problems.push(`${name} belongs to test builds: unset it`);
}

/** What an export with references calls secrets; the provisioning file reads them, nothing else does. */
const REFERENCED = /^SLUICE_(CHANNEL|KEY|USER)_(.+_)?(CREDENTIAL|SECRET|PASSWORD)(_\d+)?$/;

function unknownNames(values: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.keys(values)
    .filter((name) => name.startsWith("SLUICE_") && !KNOWN_NAMES.has(name) && !REFERENCED.test(name))
    .map(
      (name) => `${name} is not a variable of Sluice and is ignored; did you mean ${nearestName(name, KNOWN_NAMES)}?`,
    );
}
