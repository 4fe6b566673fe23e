import { spawn } from "node:child_process";
import { createServer } from "node:net";

/** A Redis of a test's own, without persistence. */
export type TestRedis = {
  readonly url: string;
  /** Answers nobody from now on, and keeps what it holds. */
  pause(): void;
  resume(): void;
  stop(): void;
};

/** Starts `redis-server` on a free port and waits until it accepts connections. */
export async function startRedis(...settings: readonly string[]): Promise<TestRedis> {
  const port = await freePort();
  const child = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", ...settings]);
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.stdout.on("data", (chunk: Buffer) => chunk.includes("Ready to accept connections") && resolve());
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    stop: () => void child.kill("SIGKILL"),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
