import { spawn, spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Node 24 of the dev dependency `node`; everything but these scripts runs on it. */
export const NODE = join(ROOT, "node_modules/.bin/node");

/** Environment in which programs of the project find Node 24 and each other. */
export function projectEnv(extra = {}) {
  return { ...process.env, PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH ?? ""}`, ...extra };
}

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs a program in the repository with its output on ours; resolves with its exit code, never rejects. */
export function run(command, args, { onStart, ...options } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: "inherit", env: projectEnv(), ...options });
    onStart?.(child);
    const stop = () => {
      child.kill("SIGTERM");
      process.exit(130);
    };
    for (const signal of STOP_SIGNALS) process.once(signal, stop);
    child.once("close", () => {
      for (const signal of STOP_SIGNALS) process.removeListener(signal, stop);
    });
    child.once("error", (error) => {
      console.error(`${command}: ${error.message}`);
      done(127);
    });
    child.once("close", (code) => done(code ?? 1));
  });
}

/** Like `run`, but what the program prints is shown only when it fails. */
export async function runQuietly(command, args, options = {}) {
  const chunks = [];
  const collect = (child) => {
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => chunks.push(chunk));
  };
  const code = await run(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"], onStart: collect });
  if (code !== 0) process.stderr.write(Buffer.concat(chunks));
  return code;
}

/** The first line a program prints, or null when it cannot run. */
export function ask(command, args) {
  const asked = spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
  return asked.status === 0 ? asked.stdout.trim() : null;
}

/** Prints one line and ends the process. */
export function fail(line, code = 2) {
  console.error(line);
  process.exit(code);
}
