import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { prepareBinaries } from "./postgres-binaries";
import { CHILD_ENV, CLUSTER_DATABASE, CLUSTER_USER, prepareCluster } from "./postgres-cluster";
import { clearOrphan, stopPostgres } from "./postmaster-pid";
import { startFault } from "./start-fault";
import { canEnter, postgresUser, type SystemUser } from "./system-user";

/** How the embedded database is run. */
export type EmbeddedPostgresOptions = {
  /** Sluice's data directory, writable by this process: cluster, password, log. */
  readonly dataDir: string;
  /** Resolves true when `SELECT 1` answers at the URL; a rejection counts as not yet. */
  isReady(url: string): Promise<boolean>;
  /** Prints one line for a person. */
  say(line: string): void;
  /** The database is gone for good: it ended more than three times within a minute. */
  onGone(reason: string): void;
  /** Further server settings: `{ fsync: "off" }` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Port to listen on; a free one by default. */
  readonly port?: number;
  /** How long the first start may take, ms. */
  readonly startTimeoutMs?: number;
};

/** A running embedded database. */
export type EmbeddedPostgres = {
  /** Connection URL with the password; stays the same over restarts. */
  readonly url: string;
  /** Pid of the server that runs now, for tests and the log. */
  pid(): number | undefined;
  /** Fast shutdown, 15 s at most. A server already gone never blocks it. */
  stop(): Promise<void>;
  /** Asks for a fast shutdown without waiting: for the last moment of a process that ends. */
  abandon(): void;
};

const MAX_RESTARTS = 3;
const RESTART_WINDOW_MS = 60_000;
/** Where cluster and programs go when the account cannot enter the project's folder. */
const SYSTEM_DIR = "/var/lib/sluice";

type Server = { readonly child: ChildProcess; readonly ended: Promise<void>; stderr(): string };
type Place = {
  readonly cluster: string;
  readonly bin: string;
  readonly user: SystemUser | null;
  readonly password: string;
};

/**
 * Starts PostgreSQL under `dataDir` and keeps it running (reliability-and-security.md 2.6). Makes the cluster on the first start and
 * clears away what a killed process left. Throws a StartFault that names the remedy.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = await preparePlace(options);
  let { server, port } = await firstStart(place, options);
  let isStopping = false;
  const restarts: number[] = [];

  async function keepRunning(): Promise<void> {
    for (;;) {
      await server.ended;
      if (isStopping) return;
      const now = Date.now();
      const recent = restarts.filter((at) => now - at < RESTART_WINDOW_MS).length;
      if (recent >= MAX_RESTARTS) return options.onGone("the embedded database ended four times within a minute");
      restarts.push(now);
      options.say(`The embedded database ended unexpectedly; starting it again (${recent + 1} of ${MAX_RESTARTS})`);
      await sleep(250 * 2 ** recent); // its children need a moment to notice and to let go of the shared memory
      if (isStopping) return;
      server = launch(place, port, options);
    }
  }
  const running = keepRunning();

  return {
    url: urlOf(place, port),
    pid: () => server.child.pid,
    abandon() {
      isStopping = true;
      server.child.kill("SIGINT");
    },
    async stop() {
      isStopping = true;
      const { child } = server;
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        await stopPostgres(child.pid, options.say);
      await Promise.race([running, sleep(1_000)]);
    },
  };
}

async function preparePlace(options: EmbeddedPostgresOptions): Promise<Place> {
  const dataDir = realpathSync(options.dataDir);
  const elsewhere = () => {
    const folder = join(SYSTEM_DIR, folderId(dataDir));
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    return folder;
  };
  let cluster = join(dataDir, "postgres");
  const account = postgresUser(cluster);
  if (!canEnter(dataDir, account)) {
    cluster = join(elsewhere(), "postgres");
    options.say(`${account?.name} cannot enter ${dataDir}: the database is kept in ${cluster}`);
  }
  const user = postgresUser(cluster);
  const fallback = () => (user === null ? dataDir : elsewhere());
  const binaries = prepareBinaries({ user, fallback, say: options.say });
  if (existsSync(cluster)) await clearOrphan(cluster, options.say);
  const passwordFile = join(dataDir, "postgres-password");
  return { cluster, bin: binaries.bin, user, password: prepareCluster({ cluster, passwordFile, binaries, user }) };
}

/** An id that goes with the data directory, also when it is moved. */
function folderId(dataDir: string): string {
  const path = join(dataDir, "folder-id");
  if (!existsSync(path)) writeFileSync(path, `${randomBytes(6).toString("hex")}\n`, { mode: 0o600 });
  return readFileSync(path, "utf8").trim();
}

async function firstStart(place: Place, options: EmbeddedPostgresOptions): Promise<{ server: Server; port: number }> {
  const end = Date.now() + (options.startTimeoutMs ?? 30_000);
  for (let tries = 1; ; tries++) {
    const port = options.port ?? (await freePort());
    const server = launch(place, port, options);
    const outcome = await Promise.race([
      server.ended.then(() => "ended" as const),
      untilReady(place, port, { options, end }),
    ]);
    if (outcome === "ready") return { server, port };
    if (outcome === "late" && server.child.pid !== undefined) await stopPostgres(server.child.pid, options.say);
    if (outcome === "late" || tries === 3) {
      const reason = server.stderr().trim().split("\n").slice(-2).join(" / ");
      throw startFault(`The embedded PostgreSQL does not start: ${reason || "no answer"} (log: ${place.cluster}/log)`);
    }
    await sleep(500 * tries);
  }
}

async function untilReady(
  place: Place,
  port: number,
  { options, end }: { options: EmbeddedPostgresOptions; end: number },
): Promise<"ready" | "late"> {
  while (Date.now() < end) {
    if (await options.isReady(urlOf(place, port)).catch(() => false)) return "ready";
    await sleep(50);
  }
  return "late";
}

function urlOf(place: Place, port: number): string {
  return `postgres://${CLUSTER_USER}:${place.password}@127.0.0.1:${port}/${CLUSTER_DATABASE}`;
}

function launch(place: Place, port: number, options: EmbeddedPostgresOptions): Server {
  const settings = { ...SETTINGS, ...options.settings, port: String(port) };
  const child = spawn(
    join(place.bin, "postgres"),
    ["-D", place.cluster, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    {
      cwd: "/",
      env: CHILD_ENV,
      detached: true, // a group of its own: Ctrl-C in the terminal must not reach it before our drain is over
      stdio: ["ignore", "ignore", "pipe"],
      ...(place.user === null ? {} : { uid: place.user.uid, gid: place.user.gid }),
    },
  );
  let tail = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    tail = (tail + chunk.toString("utf8")).slice(-4_096);
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      tail += error.message;
      resolve();
    });
  });
  return { child, ended, stderr: () => tail };
}

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "60",
  logging_collector: "on",
  log_directory: "log",
  log_filename: "postgres-%a.log",
  log_rotation_age: "1d",
  log_rotation_size: "0",
  log_truncate_on_rotation: "on",
};

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
