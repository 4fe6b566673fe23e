import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess } from "@test/setup/start-process";
import { type ScriptedUpstream, startScriptedUpstream } from "../../bench/upstream/scripted-upstream";
import { createTestDatabase } from "./test-database";

/** A running Sluice with its own database, data folder and scripted upstream. */
export type RunningSluice = {
  /** Origin of the dashboard and of `/v1`. */
  readonly url: string;
  /** Token of the setup wizard; null once an admin exists. */
  readonly setupToken: string | null;
  readonly upstream: ScriptedUpstream;
  /** The database behind it, for changes made by hand; empty: the embedded one. */
  readonly databaseUrl: string;
  /** Everything the process has printed so far. */
  output(): string;
  stop(): Promise<void>;
};

/** People and keys of the provisioned start. */
export const ADMIN = { name: "Ada Admin", email: "ada@example.com", password: "correct-horse-battery-1" };
export const ALICE = { name: "alice", email: "alice@example.com", password: "correct-horse-battery-2" };
export const BOB = { name: "bob", email: "bob@example.com", password: "correct-horse-battery-3" };
export const ALICE_KEY = "sk-sluice-alicealicealicealicealicealicealicealice";
export const BOB_KEY = "sk-sluice-bobbobbobbobbobbobbobbobbobbobbobbobbobbob";

/** Loaded before the product: allows the pseudo-locale, which nothing else can. */
const ALLOW_PSEUDO = encodeURIComponent('globalThis[Symbol.for("sluice.pseudo-locale")] = true');

/** Starts the built product on a new database of the PostgreSQL behind `serverUrl`; null: on its embedded one. `provisioned` gives it an admin, two users with keys and a channel on the scripted upstream; `beside` is a replica whose database and upstream it shares. */
export async function startSluice(options: {
  serverUrl: string | null;
  provisioned: boolean;
  pseudoLocale?: boolean;
  redisUrl?: string;
  beside?: RunningSluice;
}): Promise<RunningSluice> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-e2e-"));
  const { beside } = options;
  const upstream =
    beside?.upstream ??
    (await startScriptedUpstream({ defaults: { intervalMs: 30, inputTokens: 100, outputTokens: 50 } }));
  const config = join(folder, "sluice.json");
  writeFileSync(config, JSON.stringify(configuration(upstream.url)));
  const databaseUrl =
    beside?.databaseUrl ?? (options.serverUrl === null ? null : await createTestDatabase(options.serverUrl));
  const running = await startProcess({
    env: {
      PORT: "0",
      SLUICE_HOST: "127.0.0.1",
      SLUICE_DATA_DIR: folder,
      SLUICE_SECRET: "end-to-end-secret-end-to-end-secret-1",
      SLUICE_UPSTREAM_PRIVATE: "allow",
      ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
      ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
      ...(options.pseudoLocale === true ? { NODE_OPTIONS: `--import=data:text/javascript,${ALLOW_PSEUDO}` } : {}),
      ...(options.provisioned ? { SLUICE_CONFIG: config } : {}),
    },
  });
  return {
    url: running.url,
    setupToken: /#token=([\w-]+)/.exec(running.output())?.[1] ?? null,
    upstream,
    databaseUrl: databaseUrl ?? "",
    output: running.output,
    async stop() {
      await running.end("SIGINT");
      if (beside === undefined) await upstream.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(upstreamUrl: string): unknown {
  const key = (user: string, secret: string) => ({ user, name: "laptop", secret });
  return {
    channels: [
      {
        name: "scripted",
        protocols: ["openai-chat", "anthropic-messages"],
        baseUrl: upstreamUrl,
        credential: "upstream-credential",
        models: ["gpt-4o", "claude-sonnet-4-5"],
      },
    ],
    users: [
      { ...ADMIN, role: "admin" },
      { ...ALICE, role: "user" },
      { ...BOB, role: "user" },
    ],
    keys: [key(ALICE.name, ALICE_KEY), key(BOB.name, BOB_KEY)],
    prices: [
      { model: "gpt-4o", input: "2.50", output: "10" },
      { model: "claude-sonnet-4-5", input: "3", output: "15" },
    ],
  };
}
