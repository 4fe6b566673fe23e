import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

/** A Redis of a test's own; it keeps nothing on disk unless told to save. */
export type TestRedis = {
  readonly url: string;
  /** Answers nobody from now on, and keeps what it holds. */
  pause(): void;
  resume(): void;
  /** Kills it and starts it on the same port with what it saved last: all that was written since is gone. */
  restart(): Promise<void>;
  /** One connection of its own for what `work` does. */
  run<T>(work: (client: Redis) => Promise<T>): Promise<T>;
  stop(): void;
};

/** Starts `redis-server` on a free port, or on that of the settings, and waits until it accepts connections. */
export async function startRedis(...settings: readonly string[]): Promise<TestRedis> {
  const port = portOf(settings) ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), "sluice-redis-"));
  const url = `redis://127.0.0.1:${port}`;
  let child = await launchRedis({ port, folder, settings });
  return {
    url,
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    async restart() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
      child = await launchRedis({ port, folder, settings });
    },
    async run(work) {
      const client = new Redis(url);
      try {
        return await work(client);
      } finally {
        client.disconnect();
      }
    },
    stop() {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function portOf(settings: readonly string[]): number | null {
  const at = settings.indexOf("--port");
  return at < 0 ? null : Number(settings[at + 1]);
}

/** Where a server listens and keeps its files, and what else it is told. */
export type RedisLaunch = { readonly port: number; readonly folder: string; readonly settings: readonly string[] };

/** Starts a server and waits until it accepts connections. */
export async function launchRedis({ port, folder, settings }: RedisLaunch): Promise<ChildProcess> {
  const place = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
  const child = spawn("redis-server", [...place, ...settings]);
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.stdout.on("data", (chunk: Buffer) => chunk.includes("Ready to accept connections") && resolve());
  });
  return child;
}

/** A port of loopback that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
