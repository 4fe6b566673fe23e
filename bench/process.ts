import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** A child process under measurement. */
export type Measured = {
  readonly pid: number;
  /** First line that matched, for example its URL. */
  readonly line: string;
  /** User and system CPU of the process and its children so far, in ms, from the operating system's accounting. */
  cpuMs(): number;
  /** Resident memory of the process alone, MB. */
  rssMb(): number;
  stop(): Promise<void>;
};

const TICKS_PER_SECOND = 100;

/** Starts `command` on this Node and waits for a line that matches `ready`. Ends with this process. */
export async function startMeasured(
  args: readonly string[],
  options: { env?: Record<string, string>; ready: RegExp; cwd?: string },
): Promise<Measured> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "inherit"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const line = await firstLine(child, options.ready);
  const pid = child.pid ?? 0;
  return {
    pid,
    line,
    cpuMs: () => treeOf(pid).reduce((sum, each) => sum + ticksOf(each), 0) * (1000 / TICKS_PER_SECOND),
    rssMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null) return resolve();
        child.once("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  };
}

function firstLine(child: ChildProcess, ready: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return reject(new Error("no output to read"));
    const seen: string[] = [];
    const reader = createInterface({ input: child.stdout });
    reader.on("line", (line) => {
      seen.push(line);
      const match = ready.exec(line);
      if (match !== null) resolve(match[1] ?? match[0]);
    });
    child.once("exit", (code) => reject(new Error(`ended with ${code} before it was ready:\n${seen.join("\n")}`)));
  });
}

function ticksOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}

function treeOf(root: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      parents.set(pid, Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1]));
    } catch {}
  }
  const tree = [root];
  for (let at = 0; at < tree.length; at++) {
    for (const [pid, parent] of parents) if (parent === tree[at]) tree.push(pid);
  }
  return tree;
}
