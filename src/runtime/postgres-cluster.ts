import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostgresBinaries } from "./postgres-binaries";
import { startFault } from "./start-fault";
import type { SystemUser } from "./system-user";

/** The superuser and the database of the embedded cluster. */
export const CLUSTER_USER = "sluice";
/** Its one database. */
export const CLUSTER_DATABASE = "sluice";

/** What a child of ours sees of the environment, and nothing else (SEC17). */
export const CHILD_ENV = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
} as Partial<NodeJS.ProcessEnv> as NodeJS.ProcessEnv;

type Place = {
  /** Folder of the cluster, made when absent. */
  readonly cluster: string;
  /** File of the superuser's password, mode 0600. */
  readonly passwordFile: string;
  readonly binaries: PostgresBinaries;
  readonly user: SystemUser | null;
};

/** Makes the cluster on the first start, checks its version on later ones; returns the superuser's password. */
export function prepareCluster(place: Place): string {
  const versionFile = join(place.cluster, "PG_VERSION");
  const isNew = !existsSync(versionFile);
  if (!isNew) checkVersion(place, readFileSync(versionFile, "utf8").trim());
  const hadPassword = existsSync(place.passwordFile);
  const password = hadPassword
    ? readFileSync(place.passwordFile, "utf8").trim()
    : randomBytes(24).toString("base64url");
  if (!hadPassword) writeFileSync(place.passwordFile, `${password}\n`, { mode: 0o600 });
  if (isNew) initialise(place, password);
  else if (!hadPassword) runSingle(place, place.cluster, `ALTER ROLE ${CLUSTER_USER} PASSWORD '${password}'`);
  return password;
}

function checkVersion(place: Place, found: string): void {
  if (found === place.binaries.major) return;
  throw startFault(
    `${place.cluster} was made by PostgreSQL ${found}, this release brings ${place.binaries.major}: dump it with pg_dump ` +
      `of version ${found}, move the folder away, start once, and restore with psql (or set DATABASE_URL)`,
  );
}

/** Beside, then renamed: a cluster cut off half-way is made anew. */
function initialise(place: Place, password: string): void {
  const half = `${place.cluster}.new`;
  rmSync(half, { recursive: true, force: true });
  rmSync(place.cluster, { recursive: true, force: true });
  mkdirSync(half, { recursive: true, mode: 0o700 });
  give(half, place.user);
  const secrets = mkdtempSync(join(tmpdir(), "sluice-initdb-"));
  const passwordFile = join(secrets, "password");
  try {
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    give(passwordFile, place.user);
    give(secrets, place.user);
    run(place, [
      "initdb",
      `--pgdata=${half}`,
      `--username=${CLUSTER_USER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--data-checksums",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
    ]);
  } finally {
    rmSync(secrets, { recursive: true, force: true });
  }
  runSingle(place, half, `CREATE DATABASE ${CLUSTER_DATABASE}`);
  renameSync(half, place.cluster);
}

function give(path: string, user: SystemUser | null): void {
  if (user === null) return;
  chownSync(path, user.uid, user.gid);
  chmodSync(path, path.endsWith("password") ? 0o600 : 0o700);
}

/** One statement without a server, in PostgreSQL's single-user mode. */
function runSingle(place: Place, cluster: string, statement: string): void {
  run(place, ["postgres", "--single", "-D", cluster, "postgres"], `${statement}\n`);
}

function run(place: Place, [program, ...args]: readonly [string, ...string[]], input = ""): void {
  const done = spawnSync(join(place.binaries.bin, program), args, {
    cwd: "/",
    env: CHILD_ENV,
    input,
    encoding: "utf8",
    ...(place.user === null ? {} : { uid: place.user.uid, gid: place.user.gid }),
  });
  if (done.status === 0 && !/^\S* ?(FATAL|ERROR|PANIC):/m.test(done.stderr)) return;
  const reason = (done.error?.message ?? done.stderr).trim().split("\n").slice(-3).join(" / ");
  throw startFault(`The embedded PostgreSQL could not be prepared in ${place.cluster}: ${reason}`, {
    cause: done.error,
  });
}
