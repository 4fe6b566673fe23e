import { readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processCommand } from "./process-identity";
import { startFault } from "./start-fault";

/** What `postmaster.pid` says; null for what is garbage. */
type PidFile = { readonly pid: number | null; readonly port: number | null };

/** Reads the text of a `postmaster.pid`: line 1 is the pid, line 4 the port. */
export function parsePidFile(text: string): PidFile {
  const lines = text.split("\n");
  const number = (line: string | undefined) => (/^\d{1,9}$/.test(line?.trim() ?? "") ? Number(line) : null);
  return { pid: number(lines[0]), port: number(lines[3]) };
}

/**
 * Clears away what a killed process left of its database: our own orphan is stopped, a foreign or unreadable pid file is
 * removed once nothing answers at its port. Throws a StartFault when something still answers there.
 */
export async function clearOrphan(cluster: string, say: (line: string) => void): Promise<void> {
  const path = join(cluster, "postmaster.pid");
  const text = readText(path);
  if (text === null) return;
  const { pid, port } = parsePidFile(text);
  if (pid !== null && isPostgresOf(pid, cluster)) {
    say(`Stopping the database that an earlier process left behind (pid ${pid})`);
    await stopPostgres(pid, say);
    return;
  }
  for (let tries = 0; port !== null && (await answers(port)); tries++) {
    if (tries === 20)
      throw startFault(
        `${path} names port ${port}, which another process answers: stop that process, or remove the file`,
      );
    await sleep(250);
  }
  rmSync(path, { force: true });
}

/** Stops a PostgreSQL: fast shutdown for 10 s, immediate for 5 s, then says that it gave up. A process already gone is fine. */
export async function stopPostgres(pid: number, say: (line: string) => void): Promise<void> {
  if ((await signalAndWait(pid, "SIGINT", 10_000)) || (await signalAndWait(pid, "SIGQUIT", 5_000))) return;
  say(`The database (pid ${pid}) did not stop within 15 s; leaving it`);
}

async function signalAndWait(pid: number, signal: NodeJS.Signals, ms: number): Promise<boolean> {
  try {
    process.kill(pid, signal);
  } catch {
    return true;
  }
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (!isAlive(pid)) return true;
    await sleep(25);
  }
  return false;
}

function isAlive(pid: number): boolean {
  const command = processCommand(pid);
  return command !== null && command !== "";
}

function isPostgresOf(pid: number, cluster: string): boolean {
  const command = processCommand(pid);
  if (command === null || !/(^|\/)postgres(\s|$)/.test(command)) return false;
  try {
    return realpathSync(readlinkSync(`/proc/${pid}/cwd`)) === realpathSync(cluster);
  } catch {
    return command.includes(cluster);
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: 1_000 });
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket
      .once("connect", () => end(true))
      .once("error", () => end(false))
      .once("timeout", () => end(false));
  });
}
