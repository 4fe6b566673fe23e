import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A child process that printed where it listens. */
export type RunningProcess = {
  readonly pid: number;
  /** Origin it printed, with 127.0.0.1 as host. */
  readonly url: string;
  /** Everything printed so far, both streams. */
  output(): string;
  /** Sends a signal and resolves with the exit code; null when a signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Resolves with the exit code once it ends by itself. */
  ended(): Promise<number | null>;
};

/** How a process ended that never got ready. */
export type EndedProcess = { readonly code: number | null; readonly output: string };

const READY = /(http:\/\/[^\s/]+:\d+)/;

type Ask = {
  readonly entry?: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Sends SIGTERM as soon as this is true. */
  readonly stopWhen?: () => boolean;
};

/** Starts an entry of the built product (`dist/server/main.js`) and waits until it prints its URL. Rejects when it ends first. */
export function startProcess(ask: Ask): Promise<RunningProcess> {
  const { child, lines, exited } = launch(ask);
  return new Promise((resolve, reject) => {
    const onLine = (line: string) => {
      const match = READY.exec(line)?.[1];
      if (match === undefined) return;
      const url = match.replace(/\/\/(localhost|0\.0\.0\.0|\[::\]):/, "//127.0.0.1:");
      // The setup link is printed with the URL: its line may need one more turn.
      setImmediate(resolve, {
        pid: child.pid ?? 0,
        url,
        output: () => lines.join("\n"),
        end(signal: NodeJS.Signals) {
          child.kill(signal);
          return exited;
        },
        ended: () => exited,
      } satisfies RunningProcess);
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", onLine);
    void exited.then((code) => reject(new Error(`ended with ${code} before it was ready:\n${lines.join("\n")}`)));
  });
}

/** Runs an entry to its end. */
export async function runProcess(ask: Ask): Promise<EndedProcess> {
  const { child, lines, exited } = launch(ask);
  const timer = setInterval(() => {
    if (ask.stopWhen?.() !== true) return;
    clearInterval(timer);
    child.kill("SIGTERM");
  }, 10);
  const code = await exited;
  clearInterval(timer);
  return { code, output: lines.join("\n") };
}

function launch({ entry = "main", args = [], env }: Ask) {
  const lines: string[] = [];
  const child = spawn(process.execPath, ["--disable-sigusr1", `dist/server/${entry}.js`, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", NODE_ENV: "production", UV_THREADPOOL_SIZE: "16", ...env },
  });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return { child, lines, exited };
}
