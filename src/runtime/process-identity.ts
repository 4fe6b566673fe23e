import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What tells one process from every other: a pid is reused, the pair of pid and start time within one boot is not. */
export type ProcessIdentity = { readonly pid: number; readonly startedAt: string; readonly bootId: string };

/** The command line of a running process with spaces between its arguments; empty for a zombie, null when it does not run. */
export function processCommand(pid: number): string | null {
  if (process.platform === "linux") {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    } catch {
      return null;
    }
  }
  return ps(pid, "command=");
}

/** The identity of a running process, or null when no such process runs. */
export function identityOf(pid: number): ProcessIdentity | null {
  const startedAt = process.platform === "linux" ? startTicks(pid) : ps(pid, "lstart=");
  return startedAt === null ? null : { pid, startedAt, bootId: bootId() };
}

/** True while the very process runs that `identity` was taken of; a reused pid is not alive. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== null && now.startedAt === identity.startedAt && now.bootId === identity.bootId;
}

/** Names this boot of the machine; empty where the system does not tell. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

/** Field 22 of /proc/<pid>/stat, counted behind the command's closing parenthesis; null for zombies and the dead. */
function startTicks(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function ps(pid: number, format: string): string | null {
  const asked = spawnSync("ps", ["-p", String(pid), "-o", format], { encoding: "utf8" });
  const text = asked.stdout?.trim() ?? "";
  return asked.status === 0 && text !== "" ? text : null;
}
