import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { NODE, ROOT } from "./run-command.mjs";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Starts the scripted upstream and writes the configuration that makes it a channel, with a user and a key. */
export async function startDemo() {
  const upstream = spawn(NODE, ["dist/bench/upstream.js"], {
    cwd: ROOT,
    detached: true, // Ctrl-C ends the server first
    stdio: ["pipe", "pipe", "inherit"],
  });
  const url = await firstLine(upstream);
  const dataDir = resolve(ROOT, process.env.SLUICE_DATA_DIR ?? "data/demo");
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  const key = readKey(join(dataDir, "demo-key"));
  const config = join(dataDir, "demo.json");
  writeFileSync(config, JSON.stringify(configuration(url, key), null, 2), { mode: 0o600 });
  chmodSync(config, 0o600);
  return {
    env: { SLUICE_DATA_DIR: dataDir, SLUICE_CONFIG: config, SLUICE_UPSTREAM_PRIVATE: "allow" },
    announce: (origin) => announce(origin, key),
    stop: () =>
      new Promise((done) => {
        upstream.once("exit", () => done());
        upstream.stdin.end();
        if (!upstream.kill("SIGTERM")) done();
      }),
  };
}

function announce(origin, key) {
  const body = '{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Hello"}]}';
  console.log(
    `\nTry it:\n\n  curl -N ${origin}/v1/chat/completions -H "Authorization: Bearer ${key}" ` +
      `-H "Content-Type: application/json" -d '${body}'\n`,
  );
}

/** The demo's key is made once and kept, so that a pasted line works after a restart too. */
function readKey(path) {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    let key = "sk-sluice-";
    while (key.length < 53) {
      const byte = randomBytes(1)[0];
      if (byte < 248) key += ALPHABET[byte % 62]; // 248 = 4 x 62: every letter is as likely as any other
    }
    writeFileSync(path, `${key}\n`, { mode: 0o600 });
    return key;
  }
}

function configuration(url, key) {
  const channel = {
    name: "scripted upstream",
    protocols: ["openai-chat", "openai-responses", "anthropic-messages", "gemini"],
    baseUrl: url,
    credential: "scripted",
    models: ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5", "claude-haiku-4-5", "gemini-2.5-flash"],
  };
  return {
    channels: [channel],
    users: [{ name: "demo", role: "user" }],
    keys: [{ user: "demo", name: "demo", secret: key }],
  };
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`the scripted upstream ended with ${code}`)));
    child.once("error", reject);
  });
}
