import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** What tells one process from every other: a pid is reused, the pair of pid and start time within one boot is not. */
export type JournalOwner = { readonly pid: number; readonly startedAt: string; readonly bootId: string };

const OWNER_FILE = "owner.json";
/** Separates a directory's name from the owner that adopts it. */
const CLAIM = "~";
const UNFINISHED = ".new-";

/**
 * Creates the directory of a journal with its owner file and returns its path. It appears whole under its name, which no process had before.
 */
export function createJournalDirectory(root: string, replica: string, owner: JournalOwner): string {
  const name = `${plain(replica)}.${owner.pid}.${plain(owner.startedAt)}`;
  const unfinished = join(root, `${UNFINISHED}${name}`);
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const file = { version: 1, replica, host: hostname(), ...owner };
  writeFileSync(join(unfinished, OWNER_FILE), `${JSON.stringify(file)}\n`, { mode: 0o600 });
  for (let copy = 1; ; copy++) {
    const path = join(root, copy === 1 ? name : `${name}.${copy}`);
    if (tryRename(unfinished, path)) return path;
    if (copy === 100) throw new Error(`cannot create the journal directory ${path}`);
  }
}

/** True for a directory that a process began to create and never finished. */
export function isUnfinished(name: string): boolean {
  return name.startsWith(UNFINISHED);
}

/** Who works with a journal directory: the process that adopts it, else the one that wrote it; null when nobody can be told. */
export function ownerOf(path: string): JournalOwner | null {
  const claim = basename(path).split(CLAIM)[1];
  if (claim !== undefined) return parseOwner(Buffer.from(claim, "base64url").toString("utf8"));
  try {
    return parseOwner(readFileSync(join(path, OWNER_FILE), "utf8"));
  } catch {
    return null;
  }
}

/** Name of the replica that wrote a journal; null when its owner file cannot be read. */
export function replicaOf(path: string): string | null {
  try {
    const { replica }: { replica?: unknown } = JSON.parse(readFileSync(join(path, OWNER_FILE), "utf8"));
    return typeof replica === "string" ? replica : null;
  } catch {
    return null;
  }
}

/** Takes a directory over by one atomic rename, which one of several claimants wins. Returns the new path, or null for the others. */
export function claimDirectory(path: string, owner: JournalOwner): string | null {
  const { pid, startedAt, bootId } = owner;
  const claim = Buffer.from(JSON.stringify({ pid, startedAt, bootId })).toString("base64url");
  const claimed = join(dirname(path), `${nameOf(path)}${CLAIM}${claim}`);
  return tryRename(path, claimed) ? claimed : null;
}

/** Gives a claimed directory its own name back. */
export function unclaimDirectory(path: string): void {
  tryRename(path, join(dirname(path), nameOf(path)));
}

/** Name of a journal, claimed or not. */
export function nameOf(path: string): string {
  return basename(path).split(CLAIM)[0] ?? "";
}

function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]+/g, "_");
}

/** False when the source is gone or the target taken. */
function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (["ENOENT", "ENOTEMPTY", "EEXIST", "EPERM"].includes(code)) return false;
    throw error;
  }
}

function parseOwner(text: string): JournalOwner | null {
  try {
    const { pid, startedAt, bootId } = JSON.parse(text);
    const isOwner = typeof pid === "number" && typeof startedAt === "string" && typeof bootId === "string";
    return isOwner ? { pid, startedAt, bootId } : null;
  } catch {
    return null;
  }
}
