import {
  closeSync,
  fdatasyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { identityOf, isRunning, type ProcessIdentity } from "./process-identity";
import { startFault } from "./start-fault";

/** A data directory that this process owns until it releases it. */
export type DataDirectory = {
  /** Absolute path. */
  readonly path: string;
  /** Gives up ownership; the last step of a stop. */
  release(): void;
};

const OWNER_FILE = "owner.json";
const MIN_FREE_BYTES = 256 * 1024 * 1024;

/**
 * Makes the directory, proves that it can be written and synced, and takes ownership. Throws a StartFault when it cannot be written, the disk
 * is nearly full, or another living process owns it.
 */
export function openDataDirectory(path: string): DataDirectory {
  proveWritable(path);
  const { bavail, bsize } = statfsSync(path);
  if (bavail * bsize < MIN_FREE_BYTES)
    throw startFault(`SLUICE_DATA_DIR: less than 256 MiB are free in ${path}; make room or choose another folder`);
  const self = identityOf(process.pid);
  const text = JSON.stringify(self ?? { pid: process.pid, startedAt: "", bootId: "" });
  const file = join(path, OWNER_FILE);
  takeOwnership(path, file, text);
  return {
    path,
    release() {
      if (readText(file) === text) rmSync(file, { force: true });
    },
  };
}

/** The living owner of a data directory, or null. */
export function findOwner(path: string): ProcessIdentity | null {
  const owner = parseOwner(readText(join(path, OWNER_FILE)));
  return owner !== null && isRunning(owner) ? owner : null;
}

function proveWritable(path: string): void {
  const probe = join(path, `.probe-${process.pid}`);
  try {
    // Others may pass but not list: the embedded database runs under an account of its own when we are root.
    mkdirSync(path, { recursive: true, mode: 0o711 });
    const file = openSync(probe, "w", 0o600);
    writeSync(file, "probe");
    fdatasyncSync(file);
    closeSync(file);
    unlinkSync(probe);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    throw startFault(
      `SLUICE_DATA_DIR: ${path} cannot be written (${code}); make it writable or choose another folder`,
      {
        cause,
      },
    );
  }
}

/** A link is made or it is not, so that of two processes one wins; a dead owner's file is moved away first. */
function takeOwnership(path: string, file: string, text: string): void {
  const mine = join(path, `.owner-${process.pid}`);
  writeFileSync(mine, text, { mode: 0o600 });
  try {
    for (let tries = 0; tries < 5; tries++) {
      try {
        linkSync(mine, file);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const found = readText(file);
      const owner = parseOwner(found);
      if (owner !== null && isRunning(owner)) throw inUse(path, owner.pid);
      if (found !== null) moveAway(path, file, found);
    }
    throw startFault(`SLUICE_DATA_DIR: ${path} is being opened by another process at this moment`);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Removes the file that was read, never one that another process has put there since. */
function moveAway(path: string, file: string, found: string): void {
  const aside = join(path, `.owner-dead-${process.pid}`);
  try {
    renameSync(file, aside);
    if (readText(aside) !== found) linkSync(aside, file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOENT" && code !== "EEXIST") throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function inUse(path: string, pid: number) {
  return startFault(`SLUICE_DATA_DIR: ${path} is in use by process ${pid}; stop it or choose another folder`);
}

function parseOwner(text: string | null): ProcessIdentity | null {
  try {
    const value = JSON.parse(text ?? "") as Partial<ProcessIdentity> | null;
    if (typeof value?.pid !== "number" || typeof value.startedAt !== "string" || typeof value.bootId !== "string")
      return null;
    return { pid: value.pid, startedAt: value.startedAt, bootId: value.bootId };
  } catch {
    return null;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
